import { type Bucket, quantileOf } from '../../history/quantiles.ts';
import type { AlertFact, PeriodFacts, Span, WindowFacts } from './facts.ts';

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
  /** 0 to 1; null: nothing was observed. */
  readonly availability: number | null;
  /** Share of the span that was observed, 0 to 1. */
  readonly observed: number;
  /** What is missing to 1 of the time that was observed, in seconds. */
  readonly lostSeconds: number;
  readonly requests: number;
  readonly failed: number;
  /** Null: no request, or none whose duration was recorded. */
  readonly latency: Latency | null;
}

/** The rule about the database: nobody can write samples then, so it alone knows of that time. */
const OUTAGE_RULE = 'DatabaseDown';

/** Times in which the database did not answer, each once. */
export function outagesOf(alerts: readonly AlertFact[]): Span[] {
  const spans = alerts
    .filter(({ rule }) => rule === OUTAGE_RULE)
    .map(({ startedAt, seenAt }) => ({ from: startedAt, to: seenAt }))
    .sort((a, b) => a.from - b.from);
  const merged: Span[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last !== undefined && span.from <= last.to)
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else merged.push(span);
  }
  return merged;
}

function overlap(spans: readonly Span[], from: number, to: number): number {
  return spans.reduce((sum, span) => sum + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0);
}

interface Judged {
  /** Share of the window that is known. */
  readonly observed: number;
  readonly available: number;
}

/**
 * What failed in an outage is written down when the database takes it, which is after the last look that saw it down: within
 * an evaluation, and a frame or a few that were not taken.
 */
const WRITTEN_AFTER_MS = 120_000;

/**
 * Of a window of which servers told. In an outage requests fail because of it: what is lost is the worse of the two and not
 * both. In the window where it ends, or the next, stand the failures of all of it; where that is longer than the window they
 * tell nothing of it.
 */
function availableOf(
  { ready, requests, failed }: WindowFacts,
  outages: readonly Span[],
  { from, to }: Span,
): number {
  const served = requests === 0 ? 1 : 1 - failed / requests;
  const near = outages.filter((outage) => outage.from < to && outage.to + WRITTEN_AFTER_MS > from);
  if (near.length === 0) return ready * served;
  const answered = Math.min(ready, 1 - overlap(near, from, to) / (to - from));
  return near.some((outage) => outage.from < from) ? answered : Math.min(answered, served);
}

/**
 * A window of which servers told: the share of their readings in which they were ready, times the share of requests that
 * did not fail, but for outages. One in which workers wrote samples and no server did: nothing was available, for the database took them.
 * Else it is known only as far as the alert about the database covers it, and else it is not known.
 */
function judge(facts: PeriodFacts, outages: readonly Span[], end: number): Judged {
  const stepMs = facts.stepSeconds * 1000;
  const window = { from: end - stepMs, to: end };
  const server = facts.servers.get(end);
  if (server !== undefined) return { observed: 1, available: availableOf(server, outages, window) };
  if (facts.workers.has(end)) return { observed: 1, available: 0 };
  return { observed: overlap(outages, window.from, end) / stepMs, available: 0 };
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
 * @param span a part of the period. A window belongs to the span in which it ends: windows are those of the clock in UTC, so
 *   where they are hours and the zone is half an hour off, none begins with the day
 */
export function sliceOf(facts: PeriodFacts, outages: readonly Span[], { from, to }: Span): Slice {
  const stepMs = facts.stepSeconds * 1000;
  const durations = new Map<number, number>();
  let [observed, available, requests, failed] = [0, 0, 0, 0];
  for (let end = (Math.floor(from / stepMs) + 1) * stepMs; end <= to; end += stepMs) {
    const judged = judge(facts, outages, end);
    observed += judged.observed;
    available += judged.observed * judged.available;
    const server = facts.servers.get(end);
    requests += server?.requests ?? 0;
    failed += server?.failed ?? 0;
    addBuckets(durations, server?.durations ?? []);
  }
  return {
    ...{ from, to, requests, failed, latency: latencyOf(durations) },
    availability: observed === 0 ? null : available / observed,
    observed: Math.min(1, (observed * stepMs) / (to - from)),
    lostSeconds: (observed - available) * facts.stepSeconds,
  };
}

/** The period in spans of this many seconds, whole windows each; the last may be shorter. */
export function slicesOf(facts: PeriodFacts, outages: readonly Span[], seconds: number): Slice[] {
  const { from, to } = facts.period;
  const lengthMs = Math.max(seconds, facts.stepSeconds) * 1000;
  const slices: Slice[] = [];
  for (let start = from; start < to; start += lengthMs)
    slices.push(sliceOf(facts, outages, { from: start, to: Math.min(start + lengthMs, to) }));
  return slices;
}
