import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DatabaseGate, openGate } from './database/testing/frozen-database.ts';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import type { Patience } from './monitoring/alerts/line/patience.ts';
import { MailServer } from './notifications/testing/mail-server.ts';
import { compileServer, type Program, startProgram, whenSays } from './testing/programs.ts';

const PATIENCE: Patience = {
  ...{ lookMs: 250, askMs: 500, answerMs: 400, seenMs: 3_500 },
  ...{ unansweredMs: 2_500, aloneMs: 4_000 },
};
const WORKERS = [1, 2, 3];
/** The database is looked at every 2 s, and takes 1 s to be silent. */
const SEEN_MS = 3_000;
/** On a machine that is too busy to ask in time nobody goes on with what a killed worker told: that is ended a minute later. */
const LONGEST_MS = 100_000;
/** What is told a second time comes within this. */
const SETTLED_MS = 1_500;

/** Told as soon as it is seen, at its beginning and its end. */
const RULE = {
  severity: 'critical',
  summary: 'the database does not answer',
  description: '{{detail}}',
  condition: { kind: 'component', component: 'database', from: 'down' },
  forSeconds: 0,
  keepFiringSeconds: 0,
  cooldownSeconds: 0,
};

interface Worker {
  readonly program: Program;
  readonly url: string;
  readonly process: string;
}

const QUICK_WORKER = 'monitoring/alerts/testing/quick-worker';

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > LONGEST_MS)
      throw new Error(`${what} did not come within ${LONGEST_MS} ms`);
    await sleep(100);
  }
}

describe(
  'an outage of the database that lasts longer than every waiting time',
  { timeout: 3 * LONGEST_MS },
  () => {
    const folders = [mkdtempSync(join(tmpdir(), 'database-voice-'))];
    const mails = new MailServer();
    let database: TestDatabase;
    let gate: DatabaseGate;
    let workers: readonly Worker[];

    async function start(program: Program): Promise<Worker> {
      const url = `http://127.0.0.1:${await whenSays(program, /management server on port (\d+)/)}`;
      const { process }: { process: string } = await answerOf(url);
      return { program, url, process };
    }

    async function answerOf(url: string): Promise<{ process: string; alerts: { told: unknown }[] }> {
      const answer = await fetch(`${url}/monitoring/alerts/duty`);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
      return JSON.parse(await answer.text());
    }

    beforeAll(async () => {
      const compiled = compileServer([`${QUICK_WORKER}.ts`]);
      folders.push(compiled);
      await mails.start();
      database = await createTestDatabase();
      await database.sql.query('INSERT INTO app.alert_rules VALUES ($1, $2, now(), NULL)', [
        'DatabaseDown',
        RULE,
      ]);
      gate = await openGate(database.urls.application);
      const configuration = join(folders[0] ?? '', 'config.yaml');
      const email = {
        ...{ host: '127.0.0.1', port: mails.port, security: 'None' },
        ...{ from: 'stock@example.com', to: ['ops@example.com'] },
      };
      writeFileSync(
        configuration,
        JSON.stringify({ monitoring: { alerts: { evaluationSeconds: 5 }, notifications: { email } } }),
      );
      const environment = {
        DATABASE_URL: gate.url,
        STOCK_ANALYSIS_CONFIG_FILE: configuration,
        PATIENCE: JSON.stringify(PATIENCE),
      };
      const programs = WORKERS.map(() => startProgram([join(compiled, `${QUICK_WORKER}.js`)], environment));
      workers = await Promise.all(programs.map(start));
    });

    /** Each knows all others, and who leads. */
    beforeEach(async () => {
      mails.mails.length = 0;
      await database.sql.query(
        `UPDATE app.monitoring_leases SET expires_at = now() WHERE holder <> ALL($1)`,
        [alive().map(({ process }) => process)],
      );
      // One that an earlier test killed would be waited for.
      await database.sql.query('DELETE FROM app.alert_workers WHERE holder <> ALL($1)', [
        alive().map(({ process }) => process),
      ]);
      await until('a leader', async () => (await leader()) !== undefined);
      const [now] = await database.sql.query<{ now: Date }>('SELECT clock_timestamp() AS now');
      await until('a line', async () => {
        const seen = await database.sql.query(
          'SELECT FROM app.alert_workers WHERE holder = ANY($1) AND seen_at > $2',
          [alive().map(({ process }) => process), now?.now],
        );
        return seen.length === alive().length;
      });
    });

    afterAll(async () => {
      gate.thaw();
      for (const { program } of workers) program.child.kill('SIGKILL');
      for (const { program } of workers) await program.exited;
      await gate.close();
      await mails.stop();
      await database.drop();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });

    const alive = (): Worker[] => workers.filter(({ program }) => program.child.signalCode === null);
    async function leader(): Promise<Worker | undefined> {
      const [lease] = await database.sql.query<{ holder: string }>(
        `SELECT holder FROM app.monitoring_leases WHERE name = 'alerts'`,
      );
      return alive().find(({ process }) => process === lease?.holder);
    }
    async function signalLeader(signal: NodeJS.Signals): Promise<Worker> {
      const one = await leader();
      if (one === undefined) throw new Error('nobody leads');
      one.program.child.kill(signal);
      return one;
    }

    /** Who says that it has told. */
    async function teller(): Promise<Worker> {
      for (const one of alive())
        if ((await answerOf(one.url)).alerts.some(({ told: known }) => known !== null)) return one;
      await sleep(50);
      return teller();
    }

    const told = (): string[] =>
      mails.mails.map(({ raw }) => (/^Subject: .*resolved/im.test(raw) ? 'its end' : 'its beginning'));
    const whenTold = (count: number): Promise<void> => until('a mail', () => mails.mails.length >= count);
    /** Everybody who would speak has done so by then. */
    const outlastAll = (): Promise<void> => sleep(PATIENCE.aloneMs + SETTLED_MS);

    async function expectEnd(): Promise<void> {
      expect(told()).toEqual(['its beginning']);
      gate.thaw();
      await whenTold(2);
      await sleep(SETTLED_MS);
      expect(told()).toEqual(['its beginning', 'its end']);
    }

    it('is one mail and one for its end, of however many workers', async () => {
      gate.freeze();
      await whenTold(1);
      await outlastAll();
      await expectEnd();
    });

    it('is told by another one where who leads stands still, and no second time when that one goes on or this one is killed', async () => {
      const first = await signalLeader('SIGSTOP');
      gate.freeze();
      await whenTold(1);
      first.program.child.kill('SIGCONT');
      const second = await teller();
      expect(second.process).not.toBe(first.process);
      await outlastAll();
      second.program.child.kill('SIGKILL');
      await outlastAll();
      await expectEnd();
    });

    it('is told by the other one where who leads was killed before it could', async () => {
      gate.freeze();
      await signalLeader('SIGKILL');
      const killedAt = performance.now();
      await whenTold(1);
      expect(performance.now() - killedAt).toBeLessThan(SEEN_MS + PATIENCE.unansweredMs + 3_000);
      await outlastAll();
      await expectEnd();
    });
  },
);
