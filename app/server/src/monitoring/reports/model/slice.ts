import { type Bucket, quantileOf } from '../../history/quantiles.ts';
import type { PeriodFacts } from './facts.ts';
import { lengthWithin, type Span, union, without } from './spans.ts';

/** A quantile out of a histogram: the value within its bucket is a guess, the bounds of the bucket are not. Seconds. */
export interface Quantile {
  readonly value: number;
  readonly atLeast: number;
  /** Null: beyond the last bound. */
  readonly atMost: number | null;
}

export interface Latency {
  readonly p50: Quantile;
  readonly p95: Quantile;
  readonly p99: Quantile;
}

/** What was the case in a span of time. */
export interface Slice {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Of what was observed, 0 to 1; null: nothing was. */
  readonly availability: number | null;
  /** Share of the span that was observed, 0 to 1. */
  readonly observed: number;
  /** Of the time that was observed, in which servers were not ready. */
  readonly lostSeconds: number;
  /** Answered, and of them with 5xx. */
  readonly requests: number;
  readonly failed: number;
  /** Given up by who asked; undefined in what was stored before this was told apart, where they are among `requests`. */
  readonly aborted?: number;
  /** Null: no request, or none whose duration was recorded. */
  readonly latency: Latency | null;
}

/** What a period was made of; the rest of it is not known. */
export interface Known {
  /** Servers said how they were. */
  readonly told: readonly Span[];
  /** Nothing was available. */
  readonly lost: readonly Span[];
}

/**
 * Pure: where no server wrote, all was lost where workers wrote, for the database took samples, and where the database gave
 * no answer, for then nobody can write. An outage that is sure is lost as a whole, also where it is too short to be a gap
 * between samples.
 */
export function knownOf({ presence: { servers, workers, outages } }: Pick<PeriodFacts, 'presence'>): Known {
  const sure = union(outages.filter(({ isSure }) => isSure));
  return {
    told: without(servers, sure),
    lost: union([...sure, ...without([...workers, ...outages], servers)]),
  };
}

/** Buckets of the same bounds, added up. */
function addBuckets(sum: Map<number, number>, buckets: readonly Bucket[]): void {
  for (const { bound, count } of buckets) sum.set(bound, (sum.get(bound) ?? 0) + count);
}

function quantile(buckets: readonly Bucket[], share: number): Quantile | undefined {
  const value = quantileOf(buckets, share);
  if (value === undefined) return undefined;
  const rank = share * (buckets.at(-1)?.count ?? 0);
  const index = buckets.findIndex(({ count }) => count >= rank);
  const bound = buckets[index]?.bound ?? Number.POSITIVE_INFINITY;
  return {
    value,
    atLeast: buckets[index - 1]?.bound ?? 0,
    atMost: Number.isFinite(bound) ? bound : null,
  };
}

function latencyOf(sum: ReadonlyMap<number, number>): Latency | null {
  const buckets = [...sum].map(([bound, count]) => ({ bound, count })).sort((a, b) => a.bound - b.bound);
  const [p50, p95, p99] = [quantile(buckets, 0.5), quantile(buckets, 0.95), quantile(buckets, 0.99)];
  return p50 && p95 && p99 ? { p50, p95, p99 } : null;
}

/**
 * Availability is the worse of two shares: of the observed time in which servers were ready, and of the requests that did
 * not fail. Each request counts alike, at night as by day, and what fails in an outage is not taken off twice.
 * @param span a part of the period. A window belongs to the span in which it ends: windows are those of the clock in UTC, so
 *   where they are hours and the zone is half an hour off, none begins with the day
 */
export function sliceOf(facts: PeriodFacts, { told, lost }: Known, { from, to }: Span): Slice {
  const stepMs = facts.stepSeconds * 1000;
  const durations = new Map<number, number>();
  let [observedMs, lostMs, requests, failed, aborted] = [0, 0, 0, 0, 0];
  for (let end = (Math.floor(from / stepMs) + 1) * stepMs; end <= to; end += stepMs) {
    const window = { from: end - stepMs, to: end };
    const server = facts.servers.get(end);
    const [toldMs, goneMs] = [lengthWithin(told, window), lengthWithin(lost, window)];
    observedMs += toldMs + goneMs;
    lostMs += goneMs + toldMs * (1 - (server?.ready ?? 1));
    requests += server?.requests ?? 0;
    failed += server?.failed ?? 0;
    aborted += server?.aborted ?? 0;
    addBuckets(durations, server?.durations ?? []);
  }
  const served = requests === 0 ? 1 : 1 - failed / requests;
  return {
    ...{ from, to, requests, failed, aborted, latency: latencyOf(durations) },
    availability: observedMs === 0 ? null : Math.min(1 - lostMs / observedMs, served),
    observed: Math.min(1, observedMs / (to - from)),
    lostSeconds: lostMs / 1000,
  };
}

/** The period in spans of this many seconds, whole windows each; the last may be shorter. */
export function slicesOf(facts: PeriodFacts, known: Known, seconds: number): Slice[] {
  const { from, to } = facts.period;
  const lengthMs = Math.max(seconds, facts.stepSeconds) * 1000;
  const slices: Slice[] = [];
  for (let start = from; start < to; start += lengthMs)
    slices.push(sliceOf(facts, known, { from: start, to: Math.min(start + lengthMs, to) }));
  return slices;
}
