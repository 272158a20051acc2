/** A function of the source that rests after failures. */
export interface Resting {
  readonly function: string;
  /** Cool-downs in a row. */
  readonly openings: number;
  readonly open_until: Date;
  /** The cool-down is over, and nobody has asked yet whether it goes again. */
  readonly is_over: boolean;
  readonly last_error: string;
}

/**
 * As all workers share it, so that no process tells what another knows better. Whoever wants an answer asks within a minute
 * after a cool-down; where nobody does for five, the function does not rest, it is not wanted, perhaps until tomorrow.
 */
export const RESTING = `
  SELECT function, openings, open_until, open_until <= now() AS is_over, last_error FROM app.upstream_circuits
   WHERE openings > 0 AND open_until > now() - interval '5 minutes' ORDER BY function`;
