import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsRole, Reading } from '../../common/access.ts';
import { Answers, GuardedAnswers } from '../../common/api-docs.ts';
import { BodyLimit } from '../../common/http/body.guard.ts';
import { NoParameters } from '../../common/validation.ts';
import { QuarantineDecisionBody, QuarantineItem, QuarantineList, QuarantineQuery } from './quarantine.dto.ts';
import { QuarantineService } from './quarantine.service.ts';

/** A reason of 500 characters, each escaped. */
const DECISION_BYTES = 4_096;

@ApiTags('ingestion')
@Controller('quarantine')
export class QuarantineController {
  constructor(private readonly quarantine: QuarantineService) {}

  @Reading()
  @Get()
  @ApiOperation({
    operationId: 'listQuarantine',
    summary: 'Source rows that were refused, held back or stored with a remark, and why',
  })
  @Answers(QuarantineList)
  list(@Query() query: QuarantineQuery): Promise<QuarantineList> {
    return this.quarantine.list(query);
  }

  @NeedsRole('operator', 'market:write')
  @BodyLimit(DECISION_BYTES)
  @Post(':id/release')
  @ApiOperation({ operationId: 'releaseRow', summary: 'Take a row for true: it becomes a bar, or stays one' })
  @GuardedAnswers(QuarantineItem, { notFound: 'no such row', conflict: 'the row can be no bar' })
  release(
    @Param('id') id: string,
    @Query(NoParameters) _query: object,
    @Body() body: QuarantineDecisionBody,
  ): Promise<QuarantineItem> {
    return this.quarantine.decide(id, 'released', body.reason);
  }

  @NeedsRole('operator', 'market:write')
  @BodyLimit(DECISION_BYTES)
  @Post(':id/drop')
  @ApiOperation({
    operationId: 'dropRow',
    summary: 'Take a row for wrong: it is no bar, whenever it is loaded',
  })
  @GuardedAnswers(QuarantineItem, { notFound: 'no such row' })
  drop(
    @Param('id') id: string,
    @Query(NoParameters) _query: object,
    @Body() body: QuarantineDecisionBody,
  ): Promise<QuarantineItem> {
    return this.quarantine.decide(id, 'dropped', body.reason);
  }
}
