import { Module, type Provider } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { CLOCK } from '../common/clock.ts';
import { CONFIGURATION } from '../common/configuration/configuration.ts';
import { MonitoringModule } from '../monitoring/monitoring.module.ts';
import { AnnouncedChannels } from './announced.ts';
import { ChannelChecks } from './channel-checks.ts';
import { ChannelOutcomes } from './channel-outcomes.ts';
import { ChannelStates } from './channel-states.ts';
import { CHANNELS, openChannels } from './channels.ts';
import { DeliveryWorker } from './deliveries/delivery-worker.ts';
import { DISPATCH_DEFAULTS, DISPATCH_OPTIONS, Dispatcher } from './deliveries/dispatcher.ts';
import { StandingMessages } from './deliveries/standing-messages.ts';
import { DirectRecorder } from './direct/direct-recorder.ts';
import { DirectSender } from './direct/direct-sender.ts';
import { NotificationsController } from './http/notifications.controller.ts';
import { DeliveriesService } from './http/deliveries.service.ts';
import { Notifications } from './notifications.service.ts';

const common: Provider[] = [
  { provide: CHANNELS, useFactory: openChannels, inject: [CONFIGURATION, CLOCK] },
  AnnouncedChannels,
  ChannelOutcomes,
  ChannelStates,
  DirectSender,
  Notifications,
  StandingMessages,
];

/** What the server offers: to enqueue, and to look after deliveries. It has no secrets of channels and sends nothing. */
@Module({
  imports: [MonitoringModule, AuditModule],
  controllers: [NotificationsController],
  providers: [...common, DeliveriesService],
  exports: [Notifications],
})
export class NotificationsModule {}

/** What the worker does: sending. */
@Module({
  imports: [MonitoringModule],
  providers: [
    ...common,
    { provide: DISPATCH_OPTIONS, useValue: DISPATCH_DEFAULTS },
    ChannelChecks,
    Dispatcher,
    DeliveryWorker,
    DirectRecorder,
  ],
  exports: [Notifications],
})
export class NotificationsWorkerModule {}
