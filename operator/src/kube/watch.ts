import type { Clock } from './clock.ts';
import { abortReason } from './deadline.ts';
import { TransportError } from './errors.ts';
import { apiErrorOfStatus } from './http-errors.ts';
import { lines } from './ndjson.ts';
import { collectionPath, type ResourceType } from './resources.ts';
import type { Transport } from './transport.ts';
import type { KubeObject } from './types.ts';
import { asObject, isRecord, METADATA_ONLY } from './wire.ts';

export interface WatchOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly metadataOnly?: boolean | undefined;
  readonly resourceVersion: string;
  /** The server ends the watch after this time. */
  readonly timeoutSeconds: number;
  /** The watch ends with TransportError `IDLE` when nothing, not even a bookmark, came for this long. */
  readonly idleMs: number;
  readonly clock: Clock;
  /** The server has answered; events follow. */
  readonly onOpen?: () => void;
}

export type WatchEvent<T> =
  | { readonly kind: 'added' | 'modified' | 'deleted'; readonly object: T }
  | { readonly kind: 'bookmark'; readonly resourceVersion: string };

/**
 * One watch until the server ends it. Throws ApiError for a refusal and for an ERROR event in the stream,
 * TransportError for a broken or silent stream, the signal's reason when aborted.
 */
export async function* watch<T extends KubeObject>(
  transport: Transport,
  type: ResourceType<T>,
  options: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  const path = collectionPath(type, options.namespace);
  const label = `WATCH ${path}`;
  const idle = new IdleTimer(options.clock, options.idleMs, signal);
  try {
    const chunks = await transport.stream(
      {
        method: 'GET',
        path,
        query: queryOf(options),
        ...(options.metadataOnly ? { accept: METADATA_ONLY } : {}),
      },
      idle.signal,
    );
    options.onOpen?.();
    for await (const line of lines(idle.touchedBy(chunks))) {
      const event = parse(type, line, label);
      if (event) yield event;
    }
  } catch (error) {
    if (signal.aborted) throw abortReason(signal);
    if (!idle.expired) throw error;
    throw new TransportError(
      label,
      'IDLE',
      `nothing came for ${options.idleMs / 1000} s, not even a bookmark`,
    );
  } finally {
    idle.dispose();
  }
}

function queryOf(options: WatchOptions): Record<string, string | number | boolean | undefined> {
  return {
    watch: true,
    allowWatchBookmarks: true,
    resourceVersion: options.resourceVersion,
    timeoutSeconds: options.timeoutSeconds,
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
  };
}

/** Undefined for an event type of the future. */
function parse<T extends KubeObject>(
  type: ResourceType<T>,
  line: string,
  label: string,
): WatchEvent<T> | undefined {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    throw new TransportError(label, 'BAD_RESPONSE', 'an event of the watch is not JSON');
  }
  if (!isRecord(event)) throw new TransportError(label, 'BAD_RESPONSE', 'an event of the watch is no object');
  const object = event['object'];
  switch (event['type']) {
    case 'ADDED':
      return { kind: 'added', object: asObject(type, object, label) };
    case 'MODIFIED':
      return { kind: 'modified', object: asObject(type, object, label) };
    case 'DELETED':
      return { kind: 'deleted', object: asObject(type, object, label) };
    case 'BOOKMARK':
      return { kind: 'bookmark', resourceVersion: asObject(type, object, label).metadata.resourceVersion };
    case 'ERROR':
      throw apiErrorOfStatus(label, object);
    default:
      return undefined;
  }
}

/** Aborts when no byte came for a while: an open but silent stream looks healthy to TCP. */
class IdleTimer {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #outer: AbortSignal;
  #cancel: () => void = () => {};
  #expired = false;
  readonly #follow = (): void => this.#controller.abort(this.#outer.reason);

  constructor(clock: Clock, idleMs: number, outer: AbortSignal) {
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#outer = outer;
    if (outer.aborted) this.#follow();
    else outer.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get expired(): boolean {
    return this.#expired;
  }

  async *touchedBy(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    this.#arm();
    for await (const chunk of chunks) {
      this.#arm();
      yield chunk;
    }
  }

  dispose(): void {
    this.#cancel();
    this.#outer.removeEventListener('abort', this.#follow);
  }

  #arm(): void {
    this.#cancel();
    this.#cancel = this.#clock.setTimeout(() => {
      this.#expired = true;
      this.#controller.abort(new Error('idle'));
    }, this.#idleMs);
  }
}
