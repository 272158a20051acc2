import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseConnector } from '../../../database/connector.ts';
import { EXPECTED_SCHEMA_VERSION } from '../../../database/migrations/index.ts';
import type { ComponentCheck, Finding } from '../component.ts';

const TIMEOUT_MS = 1_000;
/** Less than that: a database that stands still is its own component's matter, too. */
const PATIENCE_MS = 700;

/** The migrations that this code needs have run. A newer schema is fine: an upgrade migrates before the old pods go. */
export class SchemaCheck implements ComponentCheck {
  readonly component = 'schema';
  readonly timeoutMs = TIMEOUT_MS;
  /** Newest version that was read. */
  private version: number | undefined;
  /** One at a time: each that hangs holds a connection of the pool. */
  private question: Promise<number> | undefined;

  constructor(private readonly connector: DatabaseConnector) {}

  async check(): Promise<Finding> {
    if (!this.connector.isReady) throw new Error(this.connector.obstacle);
    try {
      this.version = await this.ask();
    } catch (error) {
      // Whether the database answers is another component's matter; its schema does not change by being away.
      if (this.version === undefined) throw error;
    }
    const details = { version: this.version, expected: EXPECTED_SCHEMA_VERSION };
    if (this.version >= EXPECTED_SCHEMA_VERSION) return { status: 'up', details };
    const message = `its version is ${this.version}, ${EXPECTED_SCHEMA_VERSION} is needed; the migrate step has to run`;
    return { status: 'down', message, details };
  }

  private ask(): Promise<number> {
    this.question ??= this.connector.schemaVersion().finally(() => {
      this.question = undefined;
    });
    const tooLate = sleep(PATIENCE_MS, undefined, { ref: false }).then((): number => {
      throw new Error(`no answer after ${PATIENCE_MS} ms`);
    });
    return Promise.race([this.question, tooLate]);
  }
}
