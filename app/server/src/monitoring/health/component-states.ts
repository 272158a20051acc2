import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { messageOf } from '../../common/configuration/errors.ts';
import { DatabaseConnector } from '../../database/connector.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { processName } from '../process-identity.ts';
import { COMPONENTS, type ComponentName, type ComponentState } from './component.ts';
import { HealthChecks } from './health-checks.ts';

/** What a process told of a component, some time ago. */
export interface ToldState extends ComponentState {
  readonly process: string;
  readonly role: string;
  readonly ageSeconds: number;
}

const EXCHANGE_MS = 15_000;
/** The first checks have ended by then, and what they found is told without waiting for a whole interval. */
const FIRST_MS = 1_000;
const FAREWELL_MS = 1_000;

const TELL = `
  INSERT INTO app.component_states AS known (process, component, role, status, message, details, response_time_ms,
                                             checked_at, last_success_at, told_at)
  SELECT $1, told.component, $2, told.status, told.message, told.details, told."responseTimeMs", told."checkedAt",
         told."lastSuccessAt", now()
    FROM jsonb_to_recordset($3::jsonb)
         AS told(component text, status text, message text, details jsonb, "responseTimeMs" float8,
                 "checkedAt" timestamptz, "lastSuccessAt" timestamptz)
   ORDER BY told.component
  ON CONFLICT (process, component) DO UPDATE
     SET status = excluded.status, message = excluded.message, details = excluded.details,
         response_time_ms = excluded.response_time_ms, checked_at = excluded.checked_at,
         last_success_at = excluded.last_success_at, told_at = excluded.told_at`;

/** By the database's clock: those of the processes need not agree. */
const HEAR = `
  SELECT process, component, role, status, message, details, response_time_ms AS "responseTimeMs",
         checked_at AS "checkedAt", last_success_at AS "lastSuccessAt",
         extract(epoch FROM now() - told_at)::float8 AS "ageSeconds"
    FROM app.component_states WHERE process <> $1`;

/** What is old, and of this process what it looks after no more, as there is nothing any more to look after. */
const FORGET = `
  DELETE FROM app.component_states
   WHERE told_at < now() - interval '1 day' OR (process = $1 AND component <> ALL($2))`;

interface Row extends Omit<ToldState, 'component' | 'lastSuccessAt'> {
  readonly component: string;
  readonly lastSuccessAt: Date | null;
}

/** Tells the other processes what this one sees, and keeps in memory what they told. */
@Injectable()
export class ComponentStates implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ComponentStates.name);
  private readonly stopping = new AbortController();
  private readonly process: string;
  private heard: { readonly at: number; readonly states: readonly ToldState[] } = { at: 0, states: [] };
  private trouble: string | undefined;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    private readonly connector: DatabaseConnector,
    private readonly checks: HealthChecks,
  ) {
    this.process = processName(configuration.role);
  }

  onApplicationBootstrap(): void {
    void this.keepTelling();
  }

  /** Who leaves in order is not missed. A database that does not answer holds nobody up. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    if (!this.connector.isReady) return;
    const farewell = this.database
      .query('DELETE FROM app.component_states WHERE process = $1', [this.process])
      .catch(() => undefined);
    await Promise.race([farewell, sleep(FAREWELL_MS, undefined, { ref: false })]);
  }

  /** Of the other processes, as they told it, with the time that has gone since. */
  others(): readonly ToldState[] {
    const since = (performance.now() - this.heard.at) / 1000;
    return this.heard.states.map((state) =>
      Object.assign({}, state, { ageSeconds: state.ageSeconds + since }),
    );
  }

  /** Tells and hears once. @throws what the database says */
  async exchange(): Promise<void> {
    const { role } = this.configuration;
    const states = this.checks.states();
    await this.database.query(TELL, [this.process, role, JSON.stringify(states)]);
    const rows = await this.database.query<Row>(HEAR, [this.process]);
    this.heard = { at: performance.now(), states: rows.flatMap(toldState) };
    await this.database.query(FORGET, [this.process, states.map(({ component }) => component)]);
  }

  private async keepTelling(): Promise<void> {
    const { signal } = this.stopping;
    const pause = (ms: number): Promise<void> =>
      sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
    await this.connector.whenReady();
    await pause(FIRST_MS);
    while (!signal.aborted) {
      try {
        await this.exchange();
        this.trouble = undefined;
      } catch (error) {
        const trouble = messageOf(error);
        if (trouble !== this.trouble) this.logger.warn(`states of components are not shared: ${trouble}`);
        this.trouble = trouble;
      }
      await pause(EXCHANGE_MS);
    }
  }
}

/** A newer process may know components that this one does not. */
function toldState(row: Row): readonly ToldState[] {
  const component = COMPONENTS.find((name): name is ComponentName => name === row.component);
  return component === undefined
    ? []
    : [{ ...row, component, lastSuccessAt: row.lastSuccessAt ?? undefined }];
}
