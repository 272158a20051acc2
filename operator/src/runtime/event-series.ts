import type { Clock, KubeObject } from '../kube/index.ts';
import { microTime } from './lease.ts';

export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, at most 128 characters: why the event was made. */
  readonly reason: string;
  /** CamelCase verb, at most 128 characters: what the controller did or tried. */
  readonly action: string;
  /** For people; at most 1 kB, cut when longer. */
  readonly note: string;
  readonly related?: KubeObject;
}

interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion?: string;
}

export interface EventBody {
  readonly apiVersion: 'events.k8s.io/v1';
  readonly kind: 'Event';
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly eventTime: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly regarding: ObjectReference;
  readonly related?: ObjectReference;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

export interface EventWrite {
  readonly kind: 'create' | 'update';
  readonly body: EventBody;
}

interface Known {
  readonly body: EventBody;
  count: number;
  lastAt: number;
  lastObservedTime: string;
  /** The count that the API server has been told. */
  toldCount: number;
  toldAt: number;
}

/** client-go ends a series after 6 min; with 10 no reason of one object makes two Event objects in that time. */
const FINISH_MS = 10 * 60_000;
const REFRESH_MS = 30 * 60_000;
const MAX_NAME = 253;
const MAX_NOTE_BYTES = 1024;
const MAX_WORD = 128;

/** Which events are the same, how often they happened, and what of it the API server has to be told. Pure but for the clock. */
export class EventSeries {
  readonly #clock: Clock;
  readonly #reportingController: string;
  readonly #reportingInstance: string;
  readonly #known = new Map<string, Known>();
  #counter = 0;

  constructor(clock: Clock, reportingController: string, reportingInstance: string) {
    this.#clock = clock;
    this.#reportingController = reportingController;
    this.#reportingInstance = reportingInstance.slice(0, MAX_WORD);
  }

  /** What to send now; undefined when counting is enough. */
  add(regarding: KubeObject, note: EventNote): EventWrite | undefined {
    const key = keyOf(regarding, note);
    const known = this.#known.get(key);
    const now = this.#clock.monotonic();
    if (known && now - known.lastAt < FINISH_MS) {
      known.count += 1;
      known.lastAt = now;
      known.lastObservedTime = microTime(this.#clock.now());
      return known.toldCount === 1 ? this.#tell(known) : undefined;
    }
    const body = this.#bodyOf(regarding, note);
    this.#known.set(key, {
      body,
      count: 1,
      lastAt: now,
      lastObservedTime: body.eventTime,
      toldCount: 1,
      toldAt: now,
    });
    return { kind: 'create', body };
  }

  /** Ends the series that have been silent for 10 min, with their final count, and updates the living every 30 min. */
  upkeep(): EventWrite[] {
    const now = this.#clock.monotonic();
    const writes: EventWrite[] = [];
    for (const [key, known] of this.#known) {
      const finished = now - known.lastAt >= FINISH_MS;
      if (finished) this.#known.delete(key);
      const due = finished || now - known.toldAt >= REFRESH_MS;
      if (due && known.count > known.toldCount) writes.push(this.#tell(known));
    }
    return writes;
  }

  #tell(known: Known): EventWrite {
    known.toldCount = known.count;
    known.toldAt = this.#clock.monotonic();
    const series = { count: known.count, lastObservedTime: known.lastObservedTime };
    return { kind: 'update', body: { ...known.body, series } };
  }

  #bodyOf(regarding: KubeObject, { type, reason, action, note, related }: EventNote): EventBody {
    this.#counter += 1;
    const now = this.#clock.now();
    const suffix = `.${(BigInt(Math.trunc(now)) * 1_000_000n + BigInt(this.#counter % 1_000_000)).toString(16)}`;
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: {
        // Where the API server wants events about cluster-scoped objects.
        namespace: regarding.metadata.namespace ?? 'default',
        name: regarding.metadata.name.slice(0, MAX_NAME - suffix.length) + suffix,
      },
      eventTime: microTime(now),
      ...{ type, reason: reason.slice(0, MAX_WORD), action: action.slice(0, MAX_WORD), note: cut(note) },
      regarding: referenceTo(regarding),
      ...(related ? { related: referenceTo(related) } : {}),
      reportingController: this.#reportingController,
      reportingInstance: this.#reportingInstance,
    };
  }
}

function keyOf(regarding: KubeObject, { type, reason, action, related }: EventNote): string {
  return JSON.stringify([type, reason, action, regarding.metadata.uid, related?.metadata.uid ?? '']);
}

function referenceTo(object: KubeObject): ObjectReference {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  const { apiVersion, kind } = object;
  return {
    apiVersion,
    kind,
    ...(namespace ? { namespace } : {}),
    name,
    uid,
    ...(resourceVersion ? { resourceVersion } : {}),
  };
}

/** At most 1 kB of UTF-8, whole characters. */
function cut(text: string): string {
  if (Buffer.byteLength(text) <= MAX_NOTE_BYTES) return text;
  const bytes = Buffer.from(text).subarray(0, MAX_NOTE_BYTES - 3);
  return `${bytes.toString('utf8').replace(/\uFFFD+$/, '')}…`;
}
