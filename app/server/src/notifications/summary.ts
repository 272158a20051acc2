import type { ChannelMessage } from './channel.ts';
import { ALERT_ID, type AlertContent, type Content, rankOf, spanText, statusText } from './content.ts';

const LONGEST_TITLE = 200;

/** One line without control characters, of which a header could be made, and without half a character at its end. */
export function oneLine(text: string, longest = LONGEST_TITLE): string {
  const line = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]+/gu, ' ')
    .trim();
  if (line.length <= longest) return line;
  // Half a pair at the cut would be no text any more.
  return `${line.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

export function alertTitle({ labels, annotations }: AlertContent): string {
  return annotations['summary'] ?? labels['alertname'] ?? 'alert';
}

const titleOf = (one: Content): string => (one.kind === 'alert' ? alertTitle(one) : one.title);

/** What fires comes first. */
function countsOf(items: readonly Content[]): string {
  const alerts = items.filter((one) => one.kind === 'alert');
  const counts = Map.groupBy(
    alerts.toSorted((a, b) => (a.status < b.status ? -1 : Number(a.status > b.status))),
    statusText,
  );
  return [...counts].map(([status, { length }]) => `${length} ${status}`).join(', ');
}

/** What the message is about in one line: a subject. Whose it is, and the worst that it holds, come first. */
export function titleOfMessage({ items, count, isSummary, platform }: ChannelMessage): string {
  // What is over frightens nobody while something else fires.
  const firing = items.filter((one) => one.kind === 'alert' && one.status === 'firing');
  const [worst] = (firing.length > 0 ? firing : items).toSorted((a, b) => rankOf(b) - rankOf(a));
  const whose = platform === undefined ? '' : `${platform}: `;
  if (worst === undefined) return oneLine(`${whose}${count} messages`);
  if (isSummary) return oneLine(`[${count} messages in one] ${whose}${titleOf(worst)}`);
  if (worst.kind === 'document') return oneLine(`${whose}${worst.title}`);
  const severity = worst.labels['severity'] ?? '';
  if (items.length === 1)
    return oneLine(`[${[statusText(worst), severity].filter(Boolean).join(' ')}] ${whose}${titleOf(worst)}`);
  const counts = [countsOf(items), severity && `up to ${severity}`].filter(Boolean).join(', ');
  return oneLine(`[${counts}] ${whose}${titleOf(worst)} (+${items.length - 1})`);
}

/** What tells an alert from others: its rule and its id, by which people silence and acknowledge it, and its labels. */
export function namesOf({ labels, annotations }: AlertContent): (readonly [name: string, value: string])[] {
  const { alertname, severity: _, ...own } = labels;
  const id = annotations[ALERT_ID];
  return [
    ...(alertname === undefined ? [] : [['rule', alertname] as const]),
    ...Object.entries(own),
    ...(id === undefined ? [] : [['alert', id] as const]),
  ];
}

/** What a reader of plain text sees of one alert. */
export function alertText(alert: AlertContent): string {
  const { labels, annotations } = alert;
  return [
    `${statusText(alert).toUpperCase()} ${labels['severity'] ?? ''} ${alertTitle(alert)}`.replaceAll(
      / +/g,
      ' ',
    ),
    annotations['description'],
    spanText(alert),
    namesOf(alert)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
    annotations['runbook_url'] && `what to do: ${annotations['runbook_url']}`,
  ]
    .filter((line) => line !== undefined && line !== '')
    .join('\n');
}

/** What stands before the items of a message that does not show all, or that is of many; undefined for all others. */
export function noteOf({ items, count, isSummary }: ChannelMessage): string | undefined {
  const why = isSummary
    ? `${count} messages came faster than this channel may be used (monitoring.notifications.perTenMinutes).`
    : `${count} messages of one group.`;
  const listed = 'GET /api/v1/notifications/deliveries lists all.';
  if (count > items.length) return `${why} The ${items.length} most severe are shown; ${listed}`;
  return isSummary ? `${why} ${listed}` : undefined;
}
