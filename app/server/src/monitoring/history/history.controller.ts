import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsRole } from '../../common/access.ts';
import { GuardedAnswers } from '../../common/api-docs.ts';
import { NoParameters } from '../../common/validation.ts';
import { MetricAnswer, MetricNames, MetricsQuery } from './history.dto.ts';
import { HistoryService } from './history.service.ts';

/** Charts without Prometheus. */
@ApiTags('monitoring')
@Controller('monitoring')
export class HistoryController {
  constructor(private readonly history: HistoryService) {}

  @NeedsRole('operator', 'monitoring:read')
  @Get('metrics')
  @ApiOperation({ operationId: 'queryMetric', summary: 'What a metric said over a time' })
  @GuardedAnswers(MetricAnswer, { notFound: 'nothing of the name is recorded' })
  answer(@Query() wanted: MetricsQuery): Promise<MetricAnswer> {
    return this.history.answer(wanted);
  }

  @NeedsRole('operator', 'monitoring:read')
  @Get('metrics/names')
  @ApiOperation({ operationId: 'listMetrics', summary: 'Metrics that are recorded' })
  @GuardedAnswers(MetricNames)
  names(@Query(NoParameters) _query: object): Promise<MetricNames> {
    return this.history.names();
  }
}
