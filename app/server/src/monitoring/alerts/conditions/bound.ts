import type { Observation } from './observation.ts';

export interface Bound {
  readonly direction: 'above' | 'below';
  readonly limit: number;
  readonly clear?: number | undefined;
}

/** Where a value lies; on the bound itself it is not beyond it. */
export function judge(value: number, { direction, limit, clear = limit }: Bound): Observation['state'] {
  const sign = direction === 'above' ? 1 : -1;
  if ((value - limit) * sign > 0) return 'breached';
  return (value - clear) * sign > 0 ? 'within' : 'clear';
}
