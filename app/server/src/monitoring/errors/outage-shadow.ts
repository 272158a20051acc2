/** An error comes before its outage is seen by so much at most, and after its end: time-outs, retries, stale connections. */
export const OUTAGE_MARGIN_MS = 60_000;

/**
 * When the database was away, as this process saw it, and a while around that: what begins then is as a rule what the
 * outage brought. Times in milliseconds since 1970.
 */
export class OutageShadow {
  #hasBeenThere = false;
  #began = Number.POSITIVE_INFINITY;
  #lastSign = Number.NEGATIVE_INFINITY;

  /** What was found out about the database. Before it was there for the first time it is no outage that it is not. */
  found(isThere: boolean, at: number): void {
    this.#hasBeenThere ||= isThere;
    if (!isThere && this.#hasBeenThere) this.sign(at);
  }

  /** Something could not be written at that time. */
  sign(at: number): void {
    if (at - this.#lastSign > OUTAGE_MARGIN_MS) this.#began = at;
    this.#lastSign = at;
  }

  covers(at: number): boolean {
    return at >= this.#began - OUTAGE_MARGIN_MS && at <= this.#lastSign + OUTAGE_MARGIN_MS;
  }
}
