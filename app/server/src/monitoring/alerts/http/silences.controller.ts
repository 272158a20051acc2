import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsRole } from '../../../common/access.ts';
import { GuardedAnswers } from '../../../common/api-docs.ts';
import { UuidPipe } from '../../../common/uuid.pipe.ts';
import { NoParameters } from '../../../common/validation.ts';
import { SilenceBody, SilenceItem, SilenceList } from './silences.dto.ts';
import { SilencesService } from './silences.service.ts';

const SilenceId = new UuidPipe('id', 'the id of a silence');

/** Times in which certain alerts are not told. They are recorded all the same. */
@ApiTags('monitoring')
@Controller('monitoring')
export class SilencesController {
  constructor(private readonly silences: SilencesService) {}

  @NeedsRole('operator', 'monitoring:read')
  @Get('silences')
  @ApiOperation({ operationId: 'listSilences', summary: 'What is not told, and until when' })
  @GuardedAnswers(SilenceList)
  list(@Query(NoParameters) _query: object): Promise<SilenceList> {
    return this.silences.list();
  }

  @NeedsRole('operator', 'monitoring:write')
  @Post('silences')
  @ApiOperation({ operationId: 'createSilence', summary: 'Tell nothing of certain alerts for a while' })
  @GuardedAnswers(SilenceItem, { status: 201 })
  create(@Query(NoParameters) _query: object, @Body() body: SilenceBody): Promise<SilenceItem> {
    return this.silences.create(body);
  }

  @NeedsRole('operator', 'monitoring:write')
  @Delete('silences/:id')
  @ApiOperation({ operationId: 'endSilence', summary: 'End a silence now' })
  @GuardedAnswers(undefined, { notFound: 'no such silence, or it has ended' })
  end(@Param('id', SilenceId) id: string, @Query(NoParameters) _query: object): Promise<void> {
    return this.silences.end(id);
  }
}
