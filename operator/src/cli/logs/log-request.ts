import {
  TransportError,
  abortReason,
  objectPath,
  type ApiRequest,
  type Clock,
  type Transport,
} from '../../kube/index.ts';
import type { Origin } from './entry.ts';
import { logLines, type Line } from './lines.ts';
import { PODS } from './pods.ts';

export interface LogQuery {
  readonly follow?: boolean;
  readonly previous?: boolean;
  /** RFC 3339, whole seconds. */
  readonly sinceTime?: string | undefined;
  readonly sinceSeconds?: number | undefined;
  readonly tailLines?: number | undefined;
}

/** With `follow` the API server answers with the first line, which may be hours away. */
const FOLLOW_TIMEOUT_MS = 3_600_000;
/** A kubelet that says nothing of what lies before would hold up the merge of all others. */
export const SILENCE_MS = 30_000;

/** What a container has written, line by line. @throws ApiError, TransportError, or the signal's reason */
export async function* readLog(
  transport: Transport,
  clock: Clock,
  origin: Origin,
  query: LogQuery,
  signal: AbortSignal,
): AsyncGenerator<Line> {
  const { namespace, pod, container } = origin;
  const request: ApiRequest = {
    method: 'GET',
    path: objectPath(PODS, { namespace, name: pod }, 'log'),
    query: { container, timestamps: true, ...query },
    accept: '*/*',
    timeoutMs: query.follow ? FOLLOW_TIMEOUT_MS : SILENCE_MS,
  };
  const chunks = await transport.stream(request, signal);
  yield* logLines(query.follow ? chunks : notSilent(chunks, request.path, clock, signal));
}

/** Counts only the time in which we wait: while nobody takes our lines the stream may rest. */
async function* notSilent(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const silence = Promise.withResolvers<never>();
      const cancel = clock.setTimeout(
        () =>
          silence.reject(
            new TransportError(`GET ${path}`, 'IDLE', `nothing came for ${SILENCE_MS / 1000} s`),
          ),
        SILENCE_MS,
      );
      const next = await Promise.race([iterator.next(), silence.promise]).finally(cancel);
      if (signal.aborted) throw abortReason(signal);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a stream that hangs would hang here as well.
    void iterator.return?.().catch(() => undefined);
  }
}
