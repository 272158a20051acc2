import type { Clock } from '../common/clock.ts';
import type { Configuration } from '../common/configuration/configuration.ts';
import type { NotificationChannelName } from '../database/job-queue.ts';
import type { Channel } from './channel.ts';
import { EmailChannel } from './email/email-channel.ts';
import type { LeastSeverity } from './message.ts';
import { platformOf, SigningChannel } from './platform.ts';
import { WebhookChannel } from './webhook/webhook-channel.ts';

/** Which channels there are: what the administrator configured. */
export function channelNames({ notifications }: Configuration['monitoring']): NotificationChannelName[] {
  const { email, webhook } = notifications;
  return [
    ...(email === undefined ? [] : ['email' as const]),
    ...(webhook === undefined ? [] : ['webhook' as const]),
  ];
}

/** As it is configured here. Who sends nothing is told nothing of it, and tells no alerts. */
export function leastSeverityOf({
  notifications,
}: Configuration['monitoring']): LeastSeverity<NotificationChannelName> {
  return (name) => notifications[name]?.minSeverity;
}

/** A channel with what it needs to send, under the name that it is configured by. */
export interface OpenChannel {
  readonly name: NotificationChannelName;
  readonly channel: Channel;
}

/** Those of this process: of a worker the configured ones, of all others none. */
export const CHANNELS = Symbol('Channels');

export function openChannels(configuration: Configuration, clock: Clock): OpenChannel[] {
  const { monitoring, notificationSecrets: secrets } = configuration;
  const { email } = monitoring.notifications;
  if (secrets === undefined) return [];
  const platform = platformOf(configuration);
  const signing = (channel: Channel): Channel => new SigningChannel(channel, platform);
  return [
    ...(email === undefined
      ? []
      : [{ name: 'email' as const, channel: signing(new EmailChannel(email, secrets.smtp)) }]),
    ...(secrets.webhook === undefined
      ? []
      : [{ name: 'webhook' as const, channel: signing(new WebhookChannel(secrets.webhook, clock)) }]),
  ];
}
