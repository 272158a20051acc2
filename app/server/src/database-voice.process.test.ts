import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Patience } from './monitoring/alerts/line/patience.ts';
import { compiled } from './testing/compiled-server.ts';
import { MailingPlatform, type ManagedProgram, until } from './testing/mailing-platform.ts';

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

interface Worker extends ManagedProgram {
  readonly process: string;
}

const whenever = (what: string, holds: () => boolean | Promise<boolean>): Promise<number> =>
  until(what, LONGEST_MS, holds);

describe(
  'an outage of the database that lasts longer than every waiting time',
  { timeout: 3 * LONGEST_MS },
  () => {
    const platform = new MailingPlatform();
    let workers: readonly Worker[];

    async function start(): Promise<Worker> {
      const worker = await platform.startManaged([compiled('quick worker')], {
        PATIENCE: JSON.stringify(PATIENCE),
      });
      const { process } = await answerOf(worker.url);
      return { ...worker, process };
    }

    async function answerOf(url: string): Promise<{ process: string; alerts: { told: unknown }[] }> {
      const answer = await fetch(`${url}/monitoring/alerts/duty`);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
      return JSON.parse(await answer.text());
    }

    beforeAll(async () => {
      await platform.open({ evaluationSeconds: 5 });
      await platform.database.sql.query('INSERT INTO app.alert_rules VALUES ($1, $2, now(), NULL)', [
        'DatabaseDown',
        RULE,
      ]);
      workers = await Promise.all(WORKERS.map(start));
    });

    /** Each knows all others, and who leads. */
    beforeEach(async () => {
      const { database } = platform;
      platform.forgetMails();
      await database.sql.query(
        `UPDATE app.monitoring_leases SET expires_at = now() WHERE holder <> ALL($1)`,
        [alive().map(({ process }) => process)],
      );
      // One that an earlier test killed would be waited for.
      await database.sql.query('DELETE FROM app.alert_workers WHERE holder <> ALL($1)', [
        alive().map(({ process }) => process),
      ]);
      await whenever('a leader', async () => (await leader()) !== undefined);
      const [now] = await database.sql.query<{ now: Date }>('SELECT clock_timestamp() AS now');
      await whenever('a line', async () => {
        const seen = await database.sql.query(
          'SELECT FROM app.alert_workers WHERE holder = ANY($1) AND seen_at > $2',
          [alive().map(({ process }) => process), now?.now],
        );
        return seen.length === alive().length;
      });
    });

    afterAll(() => platform.close());

    const alive = (): Worker[] => workers.filter(({ program }) => program.child.signalCode === null);
    async function leader(): Promise<Worker | undefined> {
      const [lease] = await platform.database.sql.query<{ holder: string }>(
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
      platform.subjects.map((subject) => (/resolved/i.test(subject) ? 'its end' : 'its beginning'));
    const whenTold = (count: number): Promise<number> =>
      whenever('a mail', () => platform.subjects.length >= count);
    /** Everybody who would speak has done so by then. */
    const outlastAll = (): Promise<void> => sleep(PATIENCE.aloneMs + SETTLED_MS);

    async function expectEnd(): Promise<void> {
      expect(told()).toEqual(['its beginning']);
      platform.gate.thaw();
      await whenTold(2);
      await sleep(SETTLED_MS);
      expect(told()).toEqual(['its beginning', 'its end']);
    }

    it('is one mail and one for its end, of however many workers', async () => {
      platform.gate.freeze();
      await whenTold(1);
      await outlastAll();
      await expectEnd();
    });

    it('is told by another one where who leads stands still, and no second time when that one goes on or this one is killed', async () => {
      const first = await signalLeader('SIGSTOP');
      platform.gate.freeze();
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
      platform.gate.freeze();
      await signalLeader('SIGKILL');
      const killedAt = performance.now();
      await whenTold(1);
      expect(performance.now() - killedAt).toBeLessThan(SEEN_MS + PATIENCE.unansweredMs + 3_000);
      await outlastAll();
      await expectEnd();
    });
  },
);
