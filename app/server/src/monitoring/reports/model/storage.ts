import type { StorageFact } from './facts.ts';

export interface Storage {
  readonly name: string;
  readonly usedBytes: number;
  readonly availableBytes: number | null;
  readonly sizeBytes: number | null;
  /** Slope of the straight line through all hours, by least squares; null: less than a day is known. */
  readonly growthBytesPerDay: number | null;
  /** At that pace; null: it does not grow, or more than ten years, or it is not known. */
  readonly daysUntilFull: number | null;
  readonly points: readonly (readonly [at: number, bytes: number])[];
}

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 3_650;

/** Bytes per day. @returns null where the points span less than a day */
export function slopePerDay(points: readonly (readonly [at: number, bytes: number])[]): number | null {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || last[0] - first[0] < DAY_MS) return null;
  const days = points.map(([at]) => (at - first[0]) / DAY_MS);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanDays, meanBytes] = [mean(days), mean(points.map(([, bytes]) => bytes))];
  let [above, below] = [0, 0];
  for (const [index, [, bytes]] of points.entries()) {
    const distance = (days[index] ?? 0) - meanDays;
    above += distance * (bytes - meanBytes);
    below += distance * distance;
  }
  return above / below;
}

export function storageOf({ name, used, availableBytes, sizeBytes }: StorageFact): Storage {
  const growth = slopePerDay(used);
  const days =
    growth === null || growth <= 0 || availableBytes === undefined ? undefined : availableBytes / growth;
  return {
    name,
    usedBytes: used.at(-1)?.[1] ?? 0,
    availableBytes: availableBytes ?? null,
    sizeBytes: sizeBytes ?? null,
    growthBytesPerDay: growth,
    daysUntilFull: days === undefined || days > LONGEST_DAYS ? null : days,
    points: used,
  };
}
