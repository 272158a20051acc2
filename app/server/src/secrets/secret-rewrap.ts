import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { messageOf } from '../common/configuration/errors.ts';
import type { Keyring } from '../common/configuration/keyrings.ts';
import { DatabaseConnector } from '../database/connector.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database } from '../database/sql.ts';
import { rewrapBatch } from './rewrap-batch.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';

/**
 * A rotation restarts the servers one by one, and until the last has gone the old ones still seal with the key that
 * retires: one run at start would leave what they wrote afterwards.
 */
const AGAIN_MS = 24 * 3_600_000;
/** After a failure, and where another replica was at it: that one may die half-way. */
const SOONER_MS = 600_000;

/** Brings sealed values from keys that retire to the active one, so that these keys can be removed. */
@Injectable()
export class SecretRewrap implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(SecretRewrap.name);
  private readonly stopping = new AbortController();
  private readonly keyring: Keyring | undefined;
  private running: Promise<void> | undefined;

  constructor(
    @Inject(CONFIGURATION) { keyrings }: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    private readonly connector: DatabaseConnector,
  ) {
    this.keyring = keyrings?.encryption;
  }

  onApplicationBootstrap(): void {
    void this.connector.whenReady().then(() => {
      if (!this.stopping.signal.aborted) this.running = this.keepRunning();
      return undefined;
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /**
   * Rewraps every value of a retiring key; those that cannot be opened are logged and left.
   * @returns false when another replica is at it
   */
  async rewrapAll(): Promise<boolean> {
    if (this.keyring === undefined || !this.keyring.all().some(({ state }) => state === 'retiring'))
      return true;
    let rewrapped = 0;
    for (const column of SEALED_COLUMNS) {
      let after: string | undefined;
      do {
        const batch = await rewrapBatch(this.database, this.keyring, column, after);
        if (batch === undefined) return false;
        for (const failure of batch.failures) this.logger.error(failure.message);
        rewrapped += batch.rewrapped;
        ({ after } = batch);
      } while (after !== undefined && !this.stopping.signal.aborted);
    }
    if (rewrapped > 0)
      this.logger.log(`${rewrapped} sealed values are under key ${this.keyring.active.kid} now`);
    return true;
  }

  private async keepRunning(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const isDone = await this.rewrapAll().catch((error: unknown) => {
        this.logger.warn(`sealed values cannot be rewrapped: ${messageOf(error)}`);
        return false;
      });
      await sleep(isDone ? AGAIN_MS : SOONER_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
