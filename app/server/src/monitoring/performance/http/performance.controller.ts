import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsRole } from '../../../common/access.ts';
import { GuardedAnswers } from '../../../common/api-docs.ts';
import { PerformanceQuery, SlowRecordPage } from './performance.dto.ts';
import { PerformanceService } from './performance.service.ts';

/** What took longer than it should have. */
@ApiTags('monitoring')
@Controller('monitoring')
export class PerformanceController {
  constructor(private readonly performance: PerformanceService) {}

  @NeedsRole('operator', 'monitoring:read')
  @Get('performance')
  @ApiOperation({
    operationId: 'listSlowRecords',
    summary: 'Slow statements, routes and jobs, and late timers',
  })
  @GuardedAnswers(SlowRecordPage)
  list(@Query() query: PerformanceQuery): Promise<SlowRecordPage> {
    return this.performance.page(query);
  }
}
