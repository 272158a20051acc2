import { z } from 'zod';
import { redactText } from '../common/redaction/redact.ts';
import { SEVERITIES } from '../common/severity.ts';

/** 10 MB, as most mail servers take. */
const LONGEST_ATTACHMENT = 14_000_000;
const LONGEST_WORDS = 4_000;

const words = z.record(z.string(), z.string());

/** Annotation of an alert that ended: `clear` is a recovery, all others say that nobody knows (docs/notifications.md). */
export const END_REASON = 'end_reason';

/** Annotation: by what the API knows the alert. The fingerprint is another outside of the platform (docs/notifications.md). */
export const ALERT_ID = 'alert_id';

/** One alert in Alertmanager's vocabulary; instants in RFC 3339. */
const alert = z.strictObject({
  kind: z.literal('alert'),
  status: z.enum(['firing', 'resolved']),
  /** `alertname` and `severity` are expected and not needed. */
  labels: words,
  /** `summary`, `description`, `runbook_url` and `alert_id` are shown, `end_reason` in words; the others go to the webhook alone. */
  annotations: words,
  startsAt: z.string(),
  endsAt: z.string().optional(),
  fingerprint: z.string(),
  /** Whether anything of its group is the case now that this is told; absent: its own status. */
  groupStatus: z.enum(['firing', 'resolved']).optional(),
});

/** A page that is read and not acted upon: a report. Never grouped with others. */
const document = z.strictObject({
  kind: z.literal('document'),
  title: z.string(),
  text: z.string(),
  /** As a mail shows it; the text stands beside it. Its author escapes what is not his. */
  html: z.string().optional(),
  attachments: z
    .array(
      z.strictObject({ name: z.string(), mediaType: z.string(), base64: z.base64().max(LONGEST_ATTACHMENT) }),
    )
    .max(10)
    .optional(),
});

/** What somebody is told. Stored as JSON; what is read back is judged again. */
export const content = z.discriminatedUnion('kind', [alert, document]);

export type Content = Readonly<z.infer<typeof content>>;
export type AlertContent = Readonly<z.infer<typeof alert>>;
export type DocumentContent = Readonly<z.infer<typeof document>>;

/** Of a message: as its last alert says of their group, else as long as anything in it is the case. */
export function statusOf(
  items: readonly Content[],
  groupStatus?: AlertContent['status'],
): AlertContent['status'] {
  if (groupStatus !== undefined) return groupStatus;
  const alerts = items.filter((one) => one.kind === 'alert');
  return alerts.length === 0 || alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved';
}

const ENDS: ReadonlyMap<string | undefined, string> = new Map([
  ['no-data', 'no data'],
  ['rule-removed', 'rule removed'],
]);

/** What people read for the status of an alert: the end of what is not known to be over is no recovery. */
export function statusText({ status, annotations }: AlertContent): string {
  return (status === 'resolved' ? ENDS.get(annotations[END_REASON]) : undefined) ?? status;
}

/** Since when it is the case, and until when it was, or was known to be. */
export function spanText(one: AlertContent): string {
  const { startsAt, endsAt } = one;
  if (endsAt === undefined) return `since ${startsAt}`;
  return `since ${startsAt}, ${statusText(one) === 'resolved' ? 'until' : 'looked after until'} ${endsAt}`;
}

/** 3 for what is critical, 0 for what has no severity that is known. */
export const rankOfSeverity = (severity: string | null | undefined): number =>
  SEVERITIES.findIndex((one) => one === severity) + 1;

export const rankOf = (one: Content): number =>
  one.kind === 'alert' ? rankOfSeverity(one.labels['severity']) : 0;

/** Without secrets, bounded, and nothing that PostgreSQL's JSON refuses (NUL, half a pair). */
function cleanText(text: string): string {
  const clean = redactText(text).toWellFormed().replaceAll('\0', '\uFFFD');
  return clean.length > LONGEST_WORDS ? `${clean.slice(0, LONGEST_WORDS).toWellFormed()}…` : clean;
}

const cleanWords = (given: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(given).map(([name, text]) => [cleanText(name), cleanText(text)]));

/**
 * What may be stored and sent: texts of alerts come from errors and from outside. A document has an author, who keeps
 * secrets out of it.
 * @throws ZodError for what is none of ours
 */
export function cleaned(given: Content): Content {
  const one = content.parse(given);
  if (one.kind === 'document')
    return {
      ...one,
      title: cleanText(one.title),
      text: one.text.toWellFormed().replaceAll('\0', '\uFFFD'),
      ...(one.html === undefined ? {} : { html: one.html.toWellFormed().replaceAll('\0', '\uFFFD') }),
    };
  return { ...one, labels: cleanWords(one.labels), annotations: cleanWords(one.annotations) };
}
