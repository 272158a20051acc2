import { schemaHash, schemaHashIn } from '../../api/index.ts';
import { Deadline, sleep, systemClock, type Client, type Clock, type Log } from '../../kube/index.ts';
import { API_VERSION, KIND } from '../../naming/index.ts';

/** A start does not wait longer for what only informs. */
const CHECK_MS = 3_000;

/** A chart that brings CRD and operator at once may start the operator before the API server serves the new schema. */
const RECHECK_MS = 60_000;

/**
 * Whether the installed CRD is the one of this operator: the API server drops fields of a newer one without a word. It
 * is looked at when the operator starts, and again while it differs; a right of its own is not needed for that.
 */
export class InstalledCRD {
  readonly #client: Client;
  readonly #log: Log;
  readonly #clock: Clock;
  #isOutdated = false;
  #isKnown = false;

  constructor(options: { readonly client: Client; readonly log: Log; readonly clock?: Clock }) {
    this.#client = options.client;
    this.#log = options.log;
    this.#clock = options.clock ?? systemClock;
  }

  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  /**
   * Never rejects: a schema that cannot be read is taken for the right one until it can, and said.
   * @returns whether the answer is another one than before
   */
  async check(signal: AbortSignal): Promise<boolean> {
    const deadline = new Deadline(this.#clock, CHECK_MS, signal, `no answer within ${CHECK_MS / 1000} s`);
    try {
      const document = await this.#client.getRaw(`/openapi/v3/apis/${API_VERSION}`, deadline.signal);
      const installed = schemaHashIn(JSON.stringify(document) ?? '');
      const expected = schemaHash();
      const isOutdated = installed !== expected;
      const hasChanged = isOutdated !== this.#isOutdated;
      if (hasChanged) {
        const said = isOutdated
          ? 'is not the one of this operator: apply crds/'
          : 'is the one of this operator now';
        this.#log.warn(
          { reason: 'CRDOutdated', installed, expected },
          `the installed CRD of ${KIND} ${said}`,
        );
      }
      this.#isOutdated = isOutdated;
      this.#isKnown = true;
      return hasChanged;
    } catch (error) {
      if (!signal.aborted)
        this.#log.warn({ error: String(error) }, `cannot read the schema of ${API_VERSION}, trying again`);
      return false;
    } finally {
      deadline.dispose();
    }
  }

  /**
   * Looks again while the CRD is outdated or unknown; resolves when it is the right one, or the signal aborts. No watch
   * tells of a change, so `onChange` must have every object visited whose warnings it changes.
   */
  async recheck(signal: AbortSignal, onChange: () => void): Promise<void> {
    while ((this.#isOutdated || !this.#isKnown) && !signal.aborted) {
      await sleep(this.#clock, RECHECK_MS, signal);
      if (!signal.aborted && (await this.check(signal))) onChange();
    }
  }
}
