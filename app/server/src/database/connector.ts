import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { messageOf } from '../common/configuration/errors.ts';
import { EXPECTED_SCHEMA_VERSION, schemaVersionOf } from './migrations/index.ts';

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;

/** SQLSTATE of "no such table", "no such schema" and "no right to it": the migration has not run yet. */
const NOT_MIGRATED = new Set(['42P01', '3F000', '42501']);

/**
 * Connects in the background and waits for the migration, so that the process answers its probes from the first
 * second and says what it is waiting for, instead of dying until the database is there.
 */
@Injectable()
export class DatabaseConnector implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(DatabaseConnector.name);
  private readonly stopping = new AbortController();
  private readonly ready = Promise.withResolvers<void>();
  private connecting: Promise<void> | undefined;
  private waitingFor = 'the database has not been tried yet';
  private connected = false;

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  onApplicationBootstrap(): void {
    this.connecting = this.connect();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.connecting;
  }

  /** True once the database answered and its schema was the expected one. */
  get isReady(): boolean {
    return this.connected;
  }

  /** Whether the database took a connection once, whatever its schema is. */
  get hasConnected(): boolean {
    return this.dataSource.isInitialized;
  }

  /** What start-up is waiting for; empty when ready. */
  get obstacle(): string {
    return this.connected ? '' : this.waitingFor;
  }

  /** Resolves when ready, never rejects; stays pending when the process stops first. */
  whenReady(): Promise<void> {
    return this.ready.promise;
  }

  /** Newest applied migration; 0 where none is. */
  async schemaVersion(): Promise<number> {
    try {
      const rows: { name: string }[] = await this.dataSource.query('SELECT name FROM app.schema_migrations');
      return schemaVersionOf(rows.map((row) => row.name));
    } catch (error) {
      if (error instanceof Error && 'code' in error && NOT_MIGRATED.has(String(error.code))) return 0;
      throw error;
    }
  }

  private async connect(): Promise<void> {
    const { signal } = this.stopping;
    for (let delay = FIRST_RETRY_MS; !signal.aborted; delay = Math.min(delay * 2, LONGEST_RETRY_MS)) {
      const obstacle = await this.tryOnce();
      if (obstacle === undefined) {
        this.connected = true;
        this.ready.resolve();
        return;
      }
      if (obstacle !== this.waitingFor) this.logger.warn(`waiting for the database: ${obstacle}`);
      this.waitingFor = obstacle;
      await sleep(delay, undefined, { signal }).catch(() => undefined);
    }
  }

  private async tryOnce(): Promise<string | undefined> {
    try {
      if (!this.dataSource.isInitialized) await this.dataSource.initialize();
      const version = await this.schemaVersion();
      // A newer schema is fine: during an upgrade the migration runs before the old pods go.
      if (version >= EXPECTED_SCHEMA_VERSION) return undefined;
      return `its schema version is ${version}, ${EXPECTED_SCHEMA_VERSION} is needed; the migrate step has to run`;
    } catch (error) {
      return messageOf(error);
    }
  }
}
