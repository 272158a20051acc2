import type { StockAnalysisSpecInput } from '../../../operator/src/api/index.ts';
import type { AlertCase, Behaviour } from '../alert-case.ts';

/** Without a channel there is nothing that could fail. */
export const WITH_CHANNEL: StockAnalysisSpecInput = {
  monitoring: { notifications: { webhook: { secretRef: { name: 'hook' } } } },
};

const failing = (pod: string, channel: string, good: number, bad: number): Behaviour => ({
  metric: 'stock_analysis_notification_channel_failing',
  labels: { component: 'worker', pod, channel },
  kind: 'gauge',
  good,
  bad,
});

export const notificationCases: readonly AlertCase[] = [
  {
    // One worker knows of it, and another channel carries.
    name: 'NotificationChannelFailing',
    severity: 'critical',
    spec: WITH_CHANNEL,
    series: [failing('a', 'webhook', 0, 1), failing('b', 'webhook', 0, 0), failing('a', 'email', 0, 0)],
    labels: { channel: 'webhook' },
    fires: 2,
  },
];
