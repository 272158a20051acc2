import { createHmac } from 'node:crypto';

const ENCODED = 'whsec_';

/** The bytes of a secret: those behind `whsec_` in base64, as Standard Webhooks writes them, or the text itself. */
function keyOf(secret: string): Buffer {
  return secret.startsWith(ENCODED)
    ? Buffer.from(secret.slice(ENCODED.length), 'base64')
    : Buffer.from(secret, 'utf8');
}

/**
 * The headers by which a receiver knows who sends, when, and what it has already (Standard Webhooks 1.0): HMAC-SHA256 over
 * `id.timestamp.body`, where there is a secret. `idempotency-key` says the same as `webhook-id` for gateways that know only that.
 */
export function signedHeaders(
  { id, body, at }: { readonly id: string; readonly body: string; readonly at: Date },
  secret: string | undefined,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const known = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'idempotency-key': id };
  if (secret === undefined) return known;
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { ...known, 'webhook-signature': `v1,${signature}` };
}
