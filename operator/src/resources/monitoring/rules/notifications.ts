import type { ObjectRules } from './context.ts';

/**
 * The platform cannot tell that its only channel fails, over that channel. Nothing to watch where the object names none.
 */
export const notificationRules: ObjectRules = ({ series, subject, alert, target }) => {
  const { email, webhook } = target.spec.monitoring.notifications ?? {};
  if (email === undefined && webhook === undefined) return [];
  return [
    {
      name: 'notifications',
      rules: [
        alert({
          name: 'NotificationChannelFailing',
          severity: 'critical',
          expr: `max by (namespace, stockanalysis, channel) (${series('stock_analysis_notification_channel_failing')}) > 0`,
          for: '2m',
          summary: `A channel of ${subject} carries nothing`,
          description:
            'Messages over {{ $labels.channel }} fail one after the other, or one was given up; the limit is none. If it is the only channel, the platform itself tells nobody anything. GET /api/v1/notifications/deliveries says why.',
        }),
      ],
    },
  ];
};
