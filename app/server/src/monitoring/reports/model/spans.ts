/** A span of time in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Pure: the same times, each once, the oldest first. */
export function union(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (span.to <= span.from) continue;
    if (last !== undefined && span.from <= last.to)
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else merged.push(span);
  }
  return merged;
}

/** Pure: what is in the first and not in the second. */
export function without(spans: readonly Span[], others: readonly Span[]): Span[] {
  const holes = union(others);
  return union(spans).flatMap(({ from, to }) => {
    const left: Span[] = [];
    let begin = from;
    for (const hole of holes) {
      if (hole.to <= begin || hole.from >= to) continue;
      left.push({ from: begin, to: hole.from });
      begin = hole.to;
    }
    return union([...left, { from: begin, to }]);
  });
}

/** Pure: milliseconds of these spans, which do not overlap, between two instants. */
export function lengthWithin(spans: readonly Span[], { from, to }: Span): number {
  return spans.reduce((sum, span) => sum + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0);
}
