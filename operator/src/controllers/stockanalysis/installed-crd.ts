import { schemaHash, schemaHashIn } from '../../api/index.ts';
import { Deadline, sleep, systemClock, type Client, type Clock, type Log } from '../../kube/index.ts';
import { API_VERSION, KIND } from '../../naming/index.ts';

/** A start does not wait longer for what only informs. */
const CHECK_MS = 3_000;

/**
 * Pauses between looks. A chart that brings CRD and operator at once starts the operator before the API server
 * publishes the new schema, which takes seconds; a CRD that was forgotten is brought after minutes or days.
 */
const RECHECK_MS = [5_000, 10_000, 20_000, 60_000, 300_000] as const;

/** Somebody may put another CRD in place of the right one. */
const RECHECK_CURRENT_MS = 3_600_000;

type Finding = 'current' | 'outdated';

/**
 * Whether the installed CRD is the one of this operator: the API server drops fields of a newer one without a word. It
 * is looked at when the operator starts and again and again; a right of its own is not needed for that.
 */
export class InstalledCRD {
  readonly #client: Client;
  readonly #log: Log;
  readonly #clock: Clock;
  /** What the last look found that found anything. */
  #last: Finding | undefined;
  #isOutdated = false;

  constructor(options: { readonly client: Client; readonly log: Log; readonly clock?: Clock }) {
    this.#client = options.client;
    this.#log = options.log;
    this.#clock = options.clock ?? systemClock;
  }

  /** Only what two looks in a row have found: right after an upgrade the old schema is still published. */
  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  /**
   * Never rejects: a schema that cannot be read, or is not published yet, changes nothing; until one was read it is
   * taken for the right one.
   * @returns whether the answer is another one than before
   */
  async check(signal: AbortSignal): Promise<boolean> {
    const found = await this.#look(signal);
    if (signal.aborted || found === undefined) return false;
    const isOutdated = found === 'outdated' && this.#last === 'outdated';
    const hasChanged = isOutdated !== this.#isOutdated;
    this.#last = found;
    this.#isOutdated = isOutdated;
    if (hasChanged) {
      const said = isOutdated
        ? 'is not the one of this operator: apply crds/'
        : 'is the one of this operator now';
      this.#log.warn(
        { reason: 'CRDOutdated', expected: schemaHash() },
        `the installed CRD of ${KIND} ${said}`,
      );
    }
    return hasChanged;
  }

  async #look(signal: AbortSignal): Promise<Finding | undefined> {
    const deadline = new Deadline(this.#clock, CHECK_MS, signal, `no answer within ${CHECK_MS / 1000} s`);
    try {
      const document = await this.#client.getRaw(`/openapi/v3/apis/${API_VERSION}`, deadline.signal);
      if (document === undefined) return undefined;
      return schemaHashIn(JSON.stringify(document)) === schemaHash() ? 'current' : 'outdated';
    } catch (error) {
      if (!signal.aborted)
        this.#log.warn({ error: String(error) }, `cannot read the schema of ${API_VERSION}, trying again`);
      return undefined;
    } finally {
      deadline.dispose();
    }
  }

  /**
   * Looks again until the signal aborts: after seconds, then minutes, and each hour while the CRD is the right one. No
   * watch tells of a change, so `onChange` must have every object visited whose warnings it changes.
   */
  async recheck(signal: AbortSignal, onChange: () => void): Promise<void> {
    let looks = 0;
    while (!signal.aborted) {
      const isCurrent = this.#last === 'current';
      const pause = isCurrent ? RECHECK_CURRENT_MS : (RECHECK_MS[looks] ?? RECHECK_MS.at(-1) ?? 0);
      looks = isCurrent ? 0 : looks + 1;
      await sleep(this.#clock, pause, signal);
      if (!signal.aborted && (await this.check(signal))) onChange();
    }
  }
}
