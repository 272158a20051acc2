import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { messageOf } from '../../common/configuration/errors.ts';
import type { TracingSettings } from '../../common/configuration/otlp-headers.ts';
import { OutboundClient } from '../../outbound/outbound-client.ts';

type Spans = Parameters<SpanExporter['export']>[0];
type Report = Parameters<SpanExporter['export']>[1];

/** What became of spans that were handed over: sent, or lost and why. */
export interface ExportOutcome {
  readonly sent: number;
  readonly lost: number;
  readonly trouble: string | undefined;
}

const LIMITS = { deadlineMs: 5_000, maxBytes: 65_536 };
const AGAIN_MS = [1_000, 3_000];
const LONGEST_WAIT_MS = 10_000;
/** The statuses with which OTLP over HTTP asks to be asked again. */
const COME_AGAIN = new Set([429, 502, 503, 504]);
/** The codes of OpenTelemetry's `ExportResultCode`. */
const [SUCCESS, FAILED] = [0, 1] as const;

const answer = z.object({
  partialSuccess: z.object({
    rejectedSpans: z.coerce.number().default(0),
    errorMessage: z.string().default(''),
  }),
});

class NotSent extends Error {
  readonly retryAfter: string | undefined;
  readonly mayWorkLater: boolean;

  constructor(message: string, mayWorkLater: boolean, retryAfter?: string) {
    super(message);
    this.mayWorkLater = mayWorkLater;
    this.retryAfter = retryAfter;
  }
}

/**
 * Sends spans as OTLP/JSON over HTTP to the collector of the administrator, through the one client for what leaves the
 * server: one connection per batch, no redirects, bounded answers.
 */
export class OtlpExporter implements SpanExporter {
  readonly #settings: TracingSettings;
  readonly #client: OutboundClient;
  readonly #tell: (outcome: ExportOutcome) => void;
  readonly #stopping = new AbortController();
  readonly #underWay = new Set<Promise<void>>();

  constructor(settings: TracingSettings, tell: (outcome: ExportOutcome) => void) {
    const { origin } = new URL(settings.endpoint);
    this.#settings = settings;
    this.#client = new OutboundClient({ kind: 'configured', origin });
    this.#tell = tell;
  }

  export(spans: Spans, report: Report): void {
    const delivery = this.#deliver(spans).then((outcome) => {
      this.#underWay.delete(delivery);
      this.#tell(outcome);
      if (outcome.trouble === undefined) report({ code: SUCCESS });
      else report({ code: FAILED, error: new Error(outcome.trouble) });
      return undefined;
    });
    this.#underWay.add(delivery);
  }

  /** Waits for what is being sent: the SDK waits only for batches that it has not handed over yet. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async shutdown(): Promise<void> {
    this.#stopping.abort();
    await this.forceFlush();
    await this.#client.close();
  }

  /** Never rejects: nobody would catch it, and for spans no process ends. */
  async #deliver(spans: Spans): Promise<ExportOutcome> {
    const body = bodyOf(spans);
    if (!(body instanceof Uint8Array)) return { sent: 0, lost: spans.length, trouble: body.trouble };
    for (let attempt = 0; ; attempt += 1) {
      try {
        const { rejected, words } = await this.#post(body);
        const trouble = rejected > 0 ? `the collector refused ${rejected} spans: ${words}` : undefined;
        return { sent: spans.length - rejected, lost: rejected, trouble };
      } catch (error) {
        const wait = this.#waitAfter(error, attempt);
        if (wait === undefined) return { sent: 0, lost: spans.length, trouble: messageOf(error) };
        await sleep(wait, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
      }
    }
  }

  async #post(body: Uint8Array): Promise<{ readonly rejected: number; readonly words: string }> {
    const { endpoint: url, headers } = this.#settings;
    const {
      status,
      retryAfter,
      body: said,
    } = await this.#client.send({
      url,
      method: 'POST',
      headers: { 'user-agent': 'stock-analysis', ...headers, 'content-type': 'application/json' },
      body,
      limits: LIMITS,
    });
    if (status < 200 || status >= 300)
      throw new NotSent(`${new URL(url).host} answers ${status}`, COME_AGAIN.has(status), retryAfter);
    const partial = answer.safeParse(jsonOf(said)).data?.partialSuccess;
    return { rejected: partial?.rejectedSpans ?? 0, words: partial?.errorMessage ?? '' };
  }

  /** Undefined: it is not tried again. */
  #waitAfter(error: unknown, attempt: number): number | undefined {
    const wait = AGAIN_MS[attempt];
    if (wait === undefined || this.#stopping.signal.aborted) return undefined;
    if (!(error instanceof NotSent)) return wait;
    if (!error.mayWorkLater) return undefined;
    const asked = /^\d{1,4}$/.test(error.retryAfter ?? '') ? Number(error.retryAfter) * 1_000 : wait;
    return Math.min(Math.max(asked, wait), LONGEST_WAIT_MS);
  }
}

function bodyOf(spans: Spans): Uint8Array | { readonly trouble: string } {
  try {
    return JsonTraceSerializer.serializeRequest(spans) ?? { trouble: 'the spans cannot be written' };
  } catch (error) {
    return { trouble: `the spans cannot be written: ${messageOf(error)}` };
  }
}

/** A collector may answer nothing at all. */
function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
