import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../common/access.ts';
import { Answers } from '../../common/api-docs.ts';
import { QuarantineList, QuarantineQuery } from './quarantine.dto.ts';
import { QuarantineService } from './quarantine.service.ts';

@ApiTags('ingestion')
@Public()
@Controller('quarantine')
export class QuarantineController {
  constructor(private readonly quarantine: QuarantineService) {}

  @Get()
  @ApiOperation({
    operationId: 'listQuarantine',
    summary: 'Source rows that were refused, or stored with a remark, and why',
  })
  @Answers(QuarantineList)
  list(@Query() query: QuarantineQuery): Promise<QuarantineList> {
    return this.quarantine.list(query);
  }
}
