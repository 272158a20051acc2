import { z } from 'zod';

const words = z.record(z.string(), z.string());

/** One alert in Alertmanager's vocabulary; instants in RFC 3339. */
const alert = z.strictObject({
  kind: z.literal('alert'),
  status: z.enum(['firing', 'resolved']),
  /** `alertname` and `severity` are expected and not needed. */
  labels: words,
  /** `summary`, `description` and `runbook_url` are shown; the others go to the webhook alone. */
  annotations: words,
  startsAt: z.string(),
  endsAt: z.string().optional(),
  fingerprint: z.string(),
});

/** A page that is read and not acted upon: a report. Never grouped with others. */
const document = z.strictObject({
  kind: z.literal('document'),
  title: z.string(),
  text: z.string(),
  /** As a mail shows it; the text stands beside it. Its author escapes what is not his. */
  html: z.string().optional(),
  attachments: z
    .array(z.strictObject({ name: z.string(), mediaType: z.string(), base64: z.base64() }))
    .max(10)
    .optional(),
});

/** What somebody is told. Stored as JSON; what is read back is judged again. */
export const content = z.discriminatedUnion('kind', [alert, document]);

export type Content = Readonly<z.infer<typeof content>>;
export type AlertContent = Readonly<z.infer<typeof alert>>;
export type DocumentContent = Readonly<z.infer<typeof document>>;

const RANKS: ReadonlyMap<string | undefined, number> = new Map([
  ['critical', 3],
  ['warning', 2],
  ['info', 1],
]);

/** 3 for what is critical, 0 for what has no severity. */
export function rankOf(one: Content): number {
  return one.kind === 'alert' ? (RANKS.get(one.labels['severity']) ?? 0) : 0;
}
