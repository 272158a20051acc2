import type { Clock } from '../../common/clock.ts';
import type { Database } from '../../database/sql.ts';
import {
  type Admission,
  type Budget,
  type CircuitPolicy,
  type CircuitView,
  type KeptAnswer,
  type Payment,
  RESERVATION_GRACE_MS,
  type UpstreamState,
} from './upstream-state.ts';

interface CircuitRow {
  readonly openings: number;
  readonly open_until: Date | null;
}

/** `$N` seconds after `time`. */
const after = (time: string, seconds: string): string => `${time} + make_interval(secs => ${seconds})`;

/** Length in seconds of the cool-down with that number; $2 the first, $3 the longest, $4 the stretch. */
const coolDown = (openings: string): string =>
  `(least($2::float8 * power(2, ${openings} - 1), $3::float8) * $4::float8)`;

const tokensNow = (now: string): string =>
  `least($3::float8, known.tokens + greatest(0, extract(epoch FROM ${now} - known.refilled_at)) / $4::float8)`;

/** Whether the bucket is free for the question $5. */
const isFree = (now: string): string =>
  `(known.reserved_until IS NULL OR known.reserved_until <= ${now} OR known.reserved_for = $5)`;

/** The outside as all workers share it. Each decision is one statement, so the row's lock is the only one needed. */
export class PostgresUpstreamState implements UpstreamState {
  readonly #database: Database;
  readonly #clock: Clock | undefined;

  /** @param clock for tests; without it the database's own time counts, which is the same for every worker */
  constructor(database: Database, clock?: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async pay(host: string, cost: number, budget: Budget, question: string): Promise<Payment> {
    const { capacity, secondsPerCall } = budget;
    const now = this.#now(6);
    const [row] = await this.#database.query<{ paid: boolean; tokens: number; free: boolean }>(
      `WITH payment AS (
         INSERT INTO app.upstream_budgets AS known (host, tokens, refilled_at)
         VALUES ($1, $3::float8 - $2::float8, ${now})
         ON CONFLICT (host) DO UPDATE
            SET tokens = ${tokensNow(now)} - $2::float8, refilled_at = greatest(known.refilled_at, ${now}),
                reserved_for = NULL, reserved_until = NULL
          WHERE ${tokensNow(now)} >= least($2::float8, $3::float8) AND ${isFree(now)}
         RETURNING tokens)
       SELECT true AS paid, tokens, true AS free FROM payment
       UNION ALL
       SELECT false, ${tokensNow(now)}, ${isFree(now)} FROM app.upstream_budgets AS known
        WHERE host = $1 AND NOT EXISTS (SELECT FROM payment)`,
      [host, cost, capacity, secondsPerCall, question, ...this.#time()],
    );
    if (row?.paid === true) return { paid: true, tokens: row.tokens };
    // No row: its first payment was made by another at this very moment.
    const missing = Math.min(cost, capacity) - (row?.tokens ?? 0);
    // What waits for somebody else's reservation looks again after every token.
    const calls = row?.free === false ? Math.max(missing, 1) : missing;
    const retryAfterMs = Math.max(1, Math.ceil(calls * secondsPerCall * 1000));
    if (cost > capacity) await this.#reserve(host, question, retryAfterMs + RESERVATION_GRACE_MS);
    return { paid: false, retryAfterMs };
  }

  async #reserve(host: string, question: string, forMs: number): Promise<void> {
    const now = this.#now(4);
    await this.#database.query(
      `UPDATE app.upstream_budgets SET reserved_for = $2, reserved_until = ${after(now, '$3::float8')}
        WHERE host = $1 AND (reserved_until IS NULL OR reserved_until <= ${now} OR reserved_for = $2)`,
      [host, question, forMs / 1000, ...this.#time()],
    );
  }

  async circuit(operation: string): Promise<CircuitView> {
    const rows = await this.#database.query<CircuitRow>(
      'SELECT openings, open_until FROM app.upstream_circuits WHERE function = $1',
      [operation],
    );
    return viewOf(operation, rows[0]);
  }

  async admit(
    operation: string,
    policy: CircuitPolicy,
    leaseMs: number,
    stretch: number,
  ): Promise<Admission> {
    const now = this.#now(6);
    const rows = await this.#database.query<CircuitRow & { probe: boolean }>(
      `WITH probe AS (
         UPDATE app.upstream_circuits
            SET openings = openings + 1, changed_at = ${now},
                open_until = ${after(now, `greatest($5::float8, ${coolDown('openings + 1')})`)}
          WHERE function = $1 AND open_until <= ${now}
         RETURNING openings, open_until)
       SELECT true AS probe, openings, open_until FROM probe
       UNION ALL
       SELECT false, openings, open_until FROM app.upstream_circuits
        WHERE function = $1 AND open_until IS NOT NULL AND NOT EXISTS (SELECT FROM probe)`,
      [operation, ...circuitParameters(policy, stretch), leaseMs / 1000, ...this.#time()],
    );
    const [row] = rows;
    if (row === undefined) return { admitted: true, openings: 0 };
    if (row.probe) return { admitted: true, openings: row.openings };
    return { admitted: false, until: row.open_until ?? new Date(0) };
  }

  async succeeded(operation: string, openings: number): Promise<void> {
    await this.#database.query('DELETE FROM app.upstream_circuits WHERE function = $1 AND openings = $2', [
      operation,
      openings,
    ]);
  }

  async failed(
    operation: string,
    openings: number,
    policy: CircuitPolicy,
    stretch: number,
    why: string,
  ): Promise<CircuitView> {
    const now = this.#now(8);
    const opensAtOnce = '$6::int <= 1';
    const opens = 'known.openings = 0 AND known.failures + 1 >= $6::int';
    const rows = await this.#database.query<CircuitRow>(
      `INSERT INTO app.upstream_circuits AS known
              (function, failures, openings, opened_at, open_until, last_error, changed_at)
       VALUES ($1, 1, CASE WHEN ${opensAtOnce} THEN 1 ELSE 0 END, CASE WHEN ${opensAtOnce} THEN ${now} END,
               CASE WHEN ${opensAtOnce} THEN ${after(now, coolDown('1'))} END, $7, ${now})
       ON CONFLICT (function) DO UPDATE
          SET failures = known.failures + 1, last_error = excluded.last_error, changed_at = excluded.changed_at,
              openings = CASE WHEN ${opens} THEN 1 ELSE known.openings END,
              opened_at = CASE WHEN ${opens} THEN ${now} ELSE known.opened_at END,
              open_until = CASE WHEN ${opens} THEN ${after(now, coolDown('1'))}
                                WHEN $5::int > 0 AND known.openings = $5::int
                                THEN ${after(now, coolDown('known.openings'))}
                                ELSE known.open_until END
       RETURNING openings, open_until`,
      [
        operation,
        ...circuitParameters(policy, stretch),
        openings,
        policy.failuresToOpen,
        why,
        ...this.#time(),
      ],
    );
    return viewOf(operation, rows[0]);
  }

  async claim(key: string, leaseMs: number): Promise<boolean> {
    const now = this.#now(3);
    const claimed: unknown[] = await this.#database.query(
      `INSERT INTO app.upstream_questions AS known (key, asked_until) VALUES ($1, ${after(now, '$2::float8')})
       ON CONFLICT (key) DO UPDATE SET asked_until = excluded.asked_until WHERE known.asked_until <= ${now}
       RETURNING key`,
      [key, leaseMs / 1000, ...this.#time()],
    );
    return claimed.length > 0;
  }

  async unclaim(key: string): Promise<void> {
    await this.#database.query('DELETE FROM app.upstream_questions WHERE key = $1', [key]);
  }

  async keep(key: string, operation: string, { body, fetchedAt }: KeptAnswer): Promise<void> {
    await this.#database.query(
      `INSERT INTO app.upstream_answers AS known (key, function, body, fetched_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (key) DO UPDATE SET body = excluded.body, fetched_at = excluded.fetched_at
        WHERE known.fetched_at <= excluded.fetched_at`,
      [key, operation, body, fetchedAt],
    );
  }

  async kept(key: string): Promise<KeptAnswer | undefined> {
    const rows = await this.#database.query<{ body: string; fetched_at: Date }>(
      'SELECT body, fetched_at FROM app.upstream_answers WHERE key = $1',
      [key],
    );
    return rows[0] === undefined ? undefined : { body: rows[0].body, fetchedAt: rows[0].fetched_at };
  }

  #now(parameter: number): string {
    return this.#clock === undefined ? 'clock_timestamp()' : `$${parameter}::timestamptz`;
  }

  #time(): readonly Date[] {
    return this.#clock === undefined ? [] : [this.#clock.now()];
  }
}

function circuitParameters(policy: CircuitPolicy, stretch: number): readonly number[] {
  return [policy.coolDownMs / 1000, policy.longestCoolDownMs / 1000, stretch];
}

function viewOf(operation: string, row: CircuitRow | undefined): CircuitView {
  return { operation, openings: row?.openings ?? 0, until: row?.open_until ?? undefined };
}
