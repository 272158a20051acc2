import type { MonitoringTarget } from '../types.ts';
import type { Row } from './model.ts';
import { of } from './object-scope.ts';

/** What the platform tells people over; nothing where the object names no channel. */
export function notificationsRow(target: MonitoringTarget): readonly Row[] {
  const { email, webhook } = target.spec.monitoring.notifications ?? {};
  if (email === undefined && webhook === undefined) return [];
  return [
    {
      title: 'Notifications',
      panels: [
        {
          title: 'Channels that fail',
          description:
            '1: three attempts in a row failed, or a message was given up, and nothing was taken since. Alert after 2 minutes.',
          unit: 'none',
          limit: 0.5,
          queries: [
            {
              expr: `max by (channel) (${of('stock_analysis_notification_channel_failing')})`,
              legend: '{{channel}}',
            },
          ],
        },
        {
          title: 'Longest wait of a message',
          description: 'Age of the oldest message that is due and not sent.',
          unit: 's',
          queries: [
            {
              expr: `max by (channel) (${of('stock_analysis_notification_queue_age_seconds')})`,
              legend: '{{channel}}',
            },
          ],
        },
        {
          title: 'Dead letters',
          description: 'Messages that were given up and are kept.',
          unit: 'short',
          queries: [
            {
              expr: `max by (channel) (${of('stock_analysis_notification_dead_letters')})`,
              legend: '{{channel}}',
            },
          ],
        },
      ],
    },
  ];
}
