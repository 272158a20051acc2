import type { Verb } from './request-target.ts';

/** One request of the operator as the proxy saw it. Bodies stand here as hashes only: they may hold secrets. */
export interface RequestRecord {
  /** Position among the writes (or, with `kind: 'lease'`, among the writes to Leases), from 1; reads have none. */
  readonly number: number | undefined;
  readonly kind: 'read' | 'write' | 'lease';
  readonly verb: Verb;
  /** `secrets/NAME`, `deployments.apps/NAME`, `stockanalyses.stockanalysis.dev/NAME/status`, … */
  readonly object: string;
  readonly path: string;
  /** Milliseconds since the proxy started. */
  readonly startedAt: number;
  readonly requestHash: string | undefined;
  /** The next three are set when the API server, or the proxy in its place, has answered. */
  status?: number;
  /** The status is the proxy's invention. */
  injected?: boolean;
  durationMs?: number;
  responseHash?: string;
  /** `resourceVersion` of the object before and after can differ only if the write changed something. */
  resourceVersion?: string;
}

/** What the cluster serves is asked again and again, in a time of its own: no watch would tell. */
export const isDiscovery = ({ path }: RequestRecord): boolean =>
  /^\/apis\/[^/]+\/v1$/.test(path) || path.startsWith('/openapi/');

/** Of the writes that are counted. */
interface Range {
  /** After so many. */
  readonly since?: number;
  /** What counts as the same; the object in place of this. */
  readonly nameOf?: (record: RequestRecord) => string;
}

export class WriteLog {
  readonly records: RequestRecord[] = [];
  readonly #counts = { write: 0, lease: 0 };

  nextNumber(kind: 'write' | 'lease'): number {
    this.#counts[kind] += 1;
    return this.#counts[kind];
  }

  /** Writes so far, those to Leases not counted. */
  get writeCount(): number {
    return this.#counts.write;
  }

  get leaseCount(): number {
    return this.#counts.lease;
  }

  get writes(): readonly RequestRecord[] {
    return this.records.filter(({ kind }) => kind === 'write');
  }

  /** Requests that RBAC refused. */
  get denied(): readonly RequestRecord[] {
    return this.records.filter(({ status, injected }) => status === 403 && injected !== true);
  }

  /** The writes after so many, as text. */
  writesSince(count: number): string[] {
    return this.writes.slice(count).map(formatRecord);
  }

  /** How often each object was created: a POST or an apply that the API server answered with 201. */
  creates(range: Range = {}): ReadonlyMap<string, number> {
    return this.#count(({ status }) => status === 201, range);
  }

  /** How often each object was deleted. */
  deletes(range: Range = {}): ReadonlyMap<string, number> {
    return this.#count(({ verb, status }) => verb === 'delete' && status === 200, range);
  }

  /** By what the API server said, whatever of it reached the operator. Events come as they come and are left out. */
  #count(
    fits: (record: RequestRecord) => boolean,
    { since = 0, nameOf = ({ object }) => object }: Range,
  ): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const record of this.writes.slice(since)) {
      if (!fits(record) || isOfEvent(record)) continue;
      counts.set(nameOf(record), (counts.get(nameOf(record)) ?? 0) + 1);
    }
    return counts;
  }
}

const isOfEvent = ({ object }: RequestRecord): boolean => object.startsWith('events');

/** `create secrets/demo-database-app-HASH`: the same for the same write of any two runs. */
export const writeName = ({ verb, object }: RequestRecord): string =>
  `${verb} ${object.replace(/-[0-9a-f]{10}\b/, '-HASH')}`;

export function formatRecord(record: RequestRecord): string {
  const at = (record.startedAt / 1000).toFixed(2).padStart(7);
  const duration = record.durationMs === undefined ? 'no reply' : `${record.durationMs.toFixed(0)} ms`;
  return `${at} s  ${record.kind} ${record.number ?? ''}  ${record.verb} ${record.object}  ${record.status ?? '-'}  ${duration}`;
}
