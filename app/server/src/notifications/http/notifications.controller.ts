import { Controller, Get, Header, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsRole } from '../../common/access.ts';
import { GuardedAnswers } from '../../common/api-docs.ts';
import { UuidPipe } from '../../common/uuid.pipe.ts';
import { NoParameters } from '../../common/validation.ts';
import { ChannelPath, DeliveriesQuery, Delivery, DeliveryPage } from './deliveries.dto.ts';
import { DeliveriesService } from './deliveries.service.ts';

@ApiTags('notifications')
@Controller('notifications')
export class NotificationsController {
  constructor(private readonly deliveries: DeliveriesService) {}

  @NeedsRole('operator', 'monitoring:read')
  @Get('deliveries')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'listDeliveries',
    summary: 'What was told to whom by mail and webhook, and what came of it',
  })
  @GuardedAnswers(DeliveryPage)
  list(@Query() query: DeliveriesQuery): Promise<DeliveryPage> {
    return this.deliveries.page(query);
  }

  @NeedsRole('operator', 'monitoring:write')
  @Post('deliveries/:id/retry')
  @ApiOperation({ operationId: 'retryDelivery', summary: 'Try a delivery again that was given up' })
  @GuardedAnswers(Delivery, { status: 202, notFound: 'no such delivery', conflict: 'it was not given up' })
  retry(
    @Param('id', new UuidPipe('id', 'the id of a delivery')) id: string,
    @Query(NoParameters) _query: object,
  ): Promise<Delivery> {
    return this.deliveries.retry(id);
  }

  @NeedsRole('operator', 'monitoring:write')
  @Post('channels/:name/test')
  @ApiOperation({
    operationId: 'testChannel',
    summary: 'Send a test message over a channel; the list of deliveries says what came of it',
    description:
      'Once a minute for each channel. While `perTenMinutes` is used up the message waits, queued.',
  })
  @GuardedAnswers(Delivery, { status: 202, notFound: 'the channel is not configured' })
  test(@Param() { name }: ChannelPath, @Query(NoParameters) _query: object): Promise<Delivery> {
    return this.deliveries.test(name);
  }
}
