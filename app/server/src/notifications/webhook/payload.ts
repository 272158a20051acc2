import type { ChannelMessage } from '../channel.ts';
import type { AlertContent, DocumentContent } from '../content.ts';
import { titleOfMessage } from '../summary.ts';

/** What stands for an end that has not come, as Alertmanager writes it. */
const NO_END = '0001-01-01T00:00:00Z';

type Words = Readonly<Record<string, string>>;

/** What all of them say alike. */
function common(all: readonly Words[]): Words {
  const [first = {}, ...others] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((words) => words[name] === value)),
  );
}

const alertJson = ({ status, labels, annotations, startsAt, endsAt, fingerprint }: AlertContent) => ({
  status,
  labels,
  annotations,
  startsAt,
  endsAt: endsAt ?? NO_END,
  generatorURL: '',
  fingerprint,
});

/** Attachments are for readers of mail. */
const documentJson = ({ title, text }: DocumentContent) => ({ title, text });

/**
 * The body of a webhook in the vocabulary of Alertmanager's version "4" (docs/notifications.md), so that what receives
 * Alertmanager's receives ours. `title` and `documents` are ours.
 */
export function payloadOf(message: ChannelMessage): string {
  const { items, count, groupKey, status } = message;
  const alerts = items.filter((one) => one.kind === 'alert');
  return JSON.stringify({
    version: '4',
    groupKey,
    truncatedAlerts: count - items.length,
    status,
    receiver: 'webhook',
    groupLabels: {},
    commonLabels: common(alerts.map(({ labels }) => labels)),
    commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
    externalURL: '',
    alerts: alerts.map(alertJson),
    title: titleOfMessage(message),
    documents: items.filter((one) => one.kind === 'document').map(documentJson),
  });
}
