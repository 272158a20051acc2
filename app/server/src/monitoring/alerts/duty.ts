import type { Patience } from './line/patience.ts';

/**
 * What a process has to do about alerts on the database: `leads`: it tells; `alone`: it knows of nobody who does, and
 * tells rather twice than never; `looks-on`: another one tells, and this one knows what is the case when it takes over.
 */
export const DUTIES = ['leads', 'alone', 'looks-on'] as const;
export type Duty = (typeof DUTIES)[number];

/** What came of asking those before this worker in the line; times by the stopwatch. */
export interface Asked {
  /** When asking began, or all was seen to be well, by this worker or another one. */
  readonly since: number;
  /** Whether all of them can be asked: who cannot may be there. */
  readonly isEverybody: boolean;
  /** When one of them answered last; undefined: nobody has. */
  readonly heardAt: number | undefined;
  /** When one of them saw the same trouble last, and people knew what it told of it. */
  readonly tellsAt: number | undefined;
}

/** What a process knows of who leads; times by the stopwatch. */
export interface Standing {
  /** Whether it led when the database answered last; undefined: it never has. */
  readonly heldLast: boolean | undefined;
  /** When that was, or this process began. */
  readonly answeredAt: number;
  /** Undefined: there is nobody before it, as far as it knows. */
  readonly asked: Asked | undefined;
}

/**
 * Pure. Who leads is not to be known from a database that is silent, and that one may have gone with it, as on the same
 * node: so those before this one are asked. Where nobody of them answers, or nobody can be asked, it speaks.
 */
export function dutyAt(at: number, { heldLast, answeredAt, asked }: Standing, patience: Patience): Duty {
  if (heldLast === true) return 'leads';
  // Evaluations may be minutes apart: the silence begins when the database was seen to answer last.
  const silentSince = Math.max(answeredAt, asked?.since ?? 0);
  if (at - Math.max(silentSince, asked?.tellsAt ?? 0) >= patience.aloneMs) return 'alone';
  if (asked?.isEverybody !== true) return 'looks-on';
  const heardAt = Math.max(silentSince, asked.heardAt ?? 0);
  return at - heardAt >= patience.unansweredMs ? 'alone' : 'looks-on';
}
