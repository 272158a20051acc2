import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsRole } from '../../../common/access.ts';
import { GuardedAnswers } from '../../../common/api-docs.ts';
import { UuidPipe } from '../../../common/uuid.pipe.ts';
import { NoParameters } from '../../../common/validation.ts';
import { AcknowledgeBody, Alert, AlertPage, AlertsQuery } from './alerts.dto.ts';
import { AlertsService } from './alerts.service.ts';

const AlertId = new UuidPipe('id', 'the id of an alert');
const NO_ALERT = 'no such alert';

/** Active and past alerts. */
@ApiTags('monitoring')
@Controller('monitoring')
export class AlertsController {
  constructor(private readonly alerts: AlertsService) {}

  @NeedsRole('operator', 'monitoring:read')
  @Get('alerts')
  @ApiOperation({ operationId: 'listAlerts', summary: 'Alerts that are the case, and those that were' })
  @GuardedAnswers(AlertPage)
  list(@Query() query: AlertsQuery): Promise<AlertPage> {
    return this.alerts.page(query);
  }

  @NeedsRole('operator', 'monitoring:read')
  @Get('alerts/:id')
  @ApiOperation({ operationId: 'getAlert', summary: 'One alert' })
  @GuardedAnswers(Alert, { notFound: NO_ALERT })
  find(@Param('id', AlertId) id: string, @Query(NoParameters) _query: object): Promise<Alert> {
    return this.alerts.find(id);
  }

  @NeedsRole('operator', 'monitoring:write')
  @Post('alerts/:id/acknowledge')
  @ApiOperation({
    operationId: 'acknowledgeAlert',
    summary: 'Say that somebody looks after it: it is not escalated',
    description: 'Whoever is first has done it: a second time answers the alert as it is, and keeps nothing.',
  })
  @GuardedAnswers(Alert, { notFound: NO_ALERT, conflict: 'it is over' })
  acknowledge(
    @Param('id', AlertId) id: string,
    @Query(NoParameters) _query: object,
    @Body() { comment }: AcknowledgeBody,
  ): Promise<Alert> {
    return this.alerts.acknowledge(id, comment);
  }
}
