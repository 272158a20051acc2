import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const value = z.object({
  stringValue: z.string().optional(),
  intValue: z.union([z.number(), z.string()]).optional(),
  boolValue: z.boolean().optional(),
});
const attributes = z.array(z.object({ key: z.string(), value })).default([]);

/** A request of OTLP/JSON, as far as the tests read it: ids are hexadecimal, enumerations are numbers. */
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string().regex(/^[\da-f]{32}$/),
              spanId: z.string().regex(/^[\da-f]{16}$/),
              parentSpanId: z.string().optional(),
              traceState: z.string().optional(),
              name: z.string(),
              kind: z.int().min(1).max(5),
              startTimeUnixNano: z.string().regex(/^\d{19}$/),
              endTimeUnixNano: z.string().regex(/^\d{19}$/),
              attributes,
              status: z
                .object({ code: z.int().default(0), message: z.string().optional() })
                .default({ code: 0 }),
              links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** Of OTLP. */
export const KIND = { internal: 1, server: 2, client: 3, consumer: 5 } as const;

const plain = (given: z.infer<typeof attributes>): Record<string, unknown> =>
  Object.fromEntries(
    given.map(({ key, value: { stringValue, intValue, boolValue } }) => [
      key,
      stringValue ?? (intValue === undefined ? boolValue : Number(intValue)),
    ]),
  );

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly traceState: string | undefined;
  readonly name: string;
  readonly kind: number;
  readonly nanoseconds: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly status: { readonly code: number; readonly message?: string | undefined };
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** A collector of OpenTelemetry that speaks OTLP/JSON over HTTP and keeps what it is sent. */
export class Collector {
  readonly spans: ReceivedSpan[] = [];
  readonly requests: {
    readonly url: string | undefined;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }[] = [];
  /** What it answers, one after the other; then 200. Only what is answered with 200 is kept. */
  readonly answers: {
    readonly status: number;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  }[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        this.requests.push({ url: request.url, headers: request.headers, body });
        const answer = this.answers.shift() ?? { status: 200, body: '{}' };
        if (answer.status === 200) this.#keep(body);
        response
          .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
          .end(answer.body);
        return undefined;
      });
    });
  }

  static async start(): Promise<Collector> {
    const collector = new Collector();
    collector.#server.listen(0, '127.0.0.1');
    await once(collector.#server, 'listening');
    return collector;
  }

  get endpoint(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/v1/traces`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #keep(body: string): void {
    for (const { resource, scopeSpans } of exported.parse(JSON.parse(body)).resourceSpans)
      for (const span of scopeSpans.flatMap(({ spans }) => spans))
        this.spans.push({
          ...span,
          parentSpanId: span.parentSpanId === '' ? undefined : span.parentSpanId,
          traceState: span.traceState,
          nanoseconds: BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano),
          attributes: plain(span.attributes),
          resource: plain(resource.attributes),
        });
  }
}
