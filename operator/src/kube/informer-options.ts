import type { Client } from './client.ts';
import type { Clock, Random } from './clock.ts';
import type { Log } from './log.ts';
import type { ReflectorMetrics, ReflectorTimings } from './reflector.ts';
import type { Indexer } from './store.ts';
import type { KubeObject } from './types.ts';

export interface InformerOptions<T extends KubeObject> {
  /** Absent: those of the cache. Empty: all namespaces. */
  readonly namespaces?: readonly string[];
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Keep and transfer only metadata: for kinds with big or secret bodies. */
  readonly metadataOnly?: boolean;
  /** Objects in one page of a list. Default 500. */
  readonly pageSize?: number;
  /** Runs on each object before it is stored, perhaps twice; `managedFields` is already gone. */
  readonly transform?: (object: T) => T;
  readonly indexers?: Readonly<Record<string, Indexer<T>>>;
}

/** Handlers compute keys and return; they must not wait. What they throw is counted and logged, nothing more. */
export interface EventHandler<T> {
  onAdd?(object: T, isInInitialList: boolean): void;
  onUpdate?(old: T, current: T): void;
  /** The last known state; the delete itself may have been missed and found by a later list. */
  onDelete?(last: T): void;
}

export interface InformerStatus {
  readonly resource: string;
  readonly synced: boolean;
  /** Milliseconds since each of its reflectors last heard from the API server; Infinity: never. The oldest counts. */
  readonly silentForMs: number;
  readonly objects: number;
}

export interface InformerDependencies {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics?: ReflectorMetrics | undefined;
  readonly timings?: Partial<ReflectorTimings> | undefined;
  /** How long a read waits for our own write to arrive. */
  readonly consistencyTimeoutMs: number;
}
