import type { Clock } from '../../common/clock.ts';
import { type OutboundAnswer, OutboundClient } from '../../outbound/outbound-client.ts';
import { OutboundError } from '../../outbound/outbound-error.ts';
import { type Channel, ChannelError, type ChannelMessage, type Receipt } from '../channel.ts';
import { payloadOf } from './payload.ts';
import { retryAfterSeconds } from './retry-after.ts';
import { signedHeaders } from './signature.ts';

/** Receivers that do their work before they answer take some seconds. */
const DEADLINE_MS = 30_000;

export interface WebhookSettings {
  readonly url: string;
  /** Absent: nothing is signed. */
  readonly secret: string | undefined;
  /** In PEM, in place of the well-known authorities. */
  readonly ca?: string;
}

/**
 * About what the message holds: it would be refused for ever (RFC 9110, 15.5; RFC 4918, 11.2). Everything else is of the
 * channel, and ends: a receiver is deployed anew, or somebody mends an address, a right or a secret.
 */
const OF_THE_MESSAGE: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** POSTs to the URL of the administrator, which may be inside of the cluster. */
export class WebhookChannel implements Channel {
  readonly name = 'webhook';
  readonly kind = 'webhook';
  readonly #settings: WebhookSettings;
  readonly #clock: Clock;
  readonly #client: OutboundClient;

  constructor(settings: WebhookSettings, clock: Clock) {
    const { origin } = new URL(settings.url);
    this.#settings = settings;
    this.#clock = clock;
    const options = settings.ca === undefined ? {} : { ca: settings.ca };
    this.#client = new OutboundClient({ kind: 'configured', origin }, options);
  }

  async send(message: ChannelMessage, signal: AbortSignal): Promise<Receipt> {
    const { url, secret } = this.#settings;
    const body = payloadOf(message);
    const now = this.#clock.now();
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'stock-analysis',
      ...signedHeaders({ id: message.id, body, at: now }, secret),
    };
    const limits = { deadlineMs: DEADLINE_MS, maxBytes: 0 };
    const request = { url, method: 'POST', headers, body, limits, withoutBody: true, signal } as const;
    return receiptOf(await this.#client.send(request).catch(throwFailure), now);
  }
}

/** Redirects are not followed: whoever answers would choose who reads it. */
function receiptOf({ status, retryAfter }: OutboundAnswer, now: Date): Receipt {
  const code = String(status);
  if (status >= 200 && status < 300) return { code, remark: undefined };
  const what =
    status >= 300 && status < 400
      ? 'the receiver redirects; put the address that it redirects to into webhook-url'
      : 'the receiver did not take the message';
  throw new ChannelError(`${what}: ${code}`, {
    mayWorkLater: !OF_THE_MESSAGE.has(status),
    code,
    retryAfterSeconds: retryAfterSeconds(retryAfter, now),
  });
}

function throwFailure(error: unknown): never {
  if (!(error instanceof OutboundError)) throw error;
  // Its message names the host and nothing of the URL behind it.
  throw new ChannelError(error.message, { mayWorkLater: true, cause: error });
}
