import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { monitoring } from '../../../common/configuration/monitoring-schema.ts';
import { createTestDatabase, type TestDatabase } from '../../../database/testing/test-database.ts';
import { AlertTiming } from '../alert-timing.ts';
import { AlertsLease } from '../alerts-lease.ts';
import type { Worker } from './hearing.ts';
import { FORGET } from './line.sql.ts';
import { USUAL_PATIENCE } from './patience.ts';
import { WorkerLine } from './worker-line.ts';

const TIMING = new AlertTiming({ monitoring: monitoring.parse({}) });
const START = 5_000_000;
const [WELL, DOWN] = [
  { database: 'up', engine: 'up' },
  { database: 'down', engine: 'up' },
] as const;

let database: TestDatabase;
let now: number;
const servers: Server[] = [];
const stopwatch = { ms: () => now };
const questions: string[] = [];
const hourly = (what: string): void => void questions.push(what);

const created = (): WorkerLine => new WorkerLine(stopwatch, database.sql, TIMING, { hourly }, USUAL_PATIENCE);
const nobody = (): Worker => ({ process: randomUUID(), address: null });
const joined = async (worker: Worker): Promise<WorkerLine> => {
  const line = created();
  await line.learn(worker);
  return line;
};

/** A worker that answers so, and how often it was asked. */
async function answering(
  answer: (response: ServerResponse) => void,
): Promise<{ origin: string; asked: number }> {
  const counted = { origin: '', asked: 0 };
  const server = createServer(({ url }, response) => {
    expect(url).toBe('/monitoring/alerts/duty');
    counted.asked += 1;
    answer(response);
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const address = server.address();
  counted.origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  return counted;
}
const saying = (process: string) => (response: ServerResponse) => {
  response.end(JSON.stringify({ process, judges: true, duty: 'leads', database: 'down', alerts: [] }));
};

const whileOpen = (process: string, isOpen: () => boolean) => (response: ServerResponse) => {
  if (isOpen()) saying(process)(response);
  else response.writeHead(503).end();
};

const wellOrNot = (process: string, status: string) => (response: ServerResponse) => {
  response.end(
    JSON.stringify({ process, judges: true, duty: 'leads', database: status, engine: 'up', alerts: [] }),
  );
};

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  now = START;
  await database.sql.query('DELETE FROM app.alert_workers');
  await database.sql.query('DELETE FROM app.monitoring_leases');
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('the line of workers', () => {
  it('has who leads first and then who is there longest, and is the same for all', async () => {
    const lease = new AlertsLease(TIMING);
    const [first, second, leader] = [nobody(), nobody(), { process: lease.holder, address: null }];
    const lines = [await joined(first), await joined(second), await joined(leader)];
    await lease.take(database.sql);
    for (const [index, one] of [first, second, leader].entries()) await lines[index]?.learn(one);
    const before = [];
    for (const line of lines) {
      await line.ask(DOWN);
      before.push(line.asked());
    }
    // The leader has nobody before it; the others cannot ask it.
    expect(before).toEqual([
      expect.objectContaining({ isEverybody: false }),
      expect.objectContaining({ isEverybody: false }),
      undefined,
    ]);
  });

  it('leaves out who is gone, said so or not', async () => {
    const [gone, left, own] = [nobody(), nobody(), nobody()];
    await joined(gone);
    const leaving = await joined(left);
    await database.sql.query(
      `UPDATE app.alert_workers SET seen_at = seen_at - interval '61 seconds' WHERE holder = $1`,
      [gone.process],
    );
    await leaving.leave();
    const line = await joined(own);
    await line.ask(DOWN);
    expect(line.asked()).toBeUndefined();
    await database.sql.query(
      `UPDATE app.alert_workers SET seen_at = seen_at - interval '2 hours' WHERE holder = $1`,
      [gone.process],
    );
    await database.sql.query(FORGET);
    expect(await database.sql.query('SELECT holder FROM app.alert_workers')).toEqual([
      { holder: own.process },
    ]);
    expect(questions).toContain('workers that are gone');
  });
});

describe('a worker that asks', () => {
  const asking = async (origin: string, process: string = randomUUID()): Promise<WorkerLine> => {
    await joined({ process, address: origin });
    return joined(nobody());
  };

  it('hears who is meant, every ten seconds at most', async () => {
    const process = randomUUID();
    const worker = await answering(saying(process));
    const line = await asking(worker.origin, process);
    expect(worker.asked).toBe(1);
    for (const seconds of [0, 5, 9.9, 10, 15]) {
      now = START + seconds * 1_000;
      await line.ask(DOWN);
    }
    expect(worker.asked).toBe(3);
    expect(line.asked()).toEqual({
      since: START,
      isEverybody: true,
      heardAt: START + 10_000,
      tellsAt: START + 10_000,
    });
    line.rest();
    expect(line.asked()).toBeUndefined();
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['another process at the same address', saying(randomUUID())],
    ['nothing at all, in time', () => undefined],
    ['something that is no answer', (response) => response.end('here are /health')],
    ['a page that is not there', (response) => response.writeHead(404).end('{}')],
    ['more than an answer may have', (response) => response.end(`"${'x'.repeat(100_000)}"`)],
  ])('does not take for an answer %s', async (_, answer) => {
    const process = randomUUID();
    let answers = saying(process);
    const worker = await answering((response) => answers(response));
    const line = await asking(worker.origin, process);
    answers = answer;
    const began = performance.now();
    await line.ask(DOWN);
    expect(performance.now() - began).toBeLessThan(USUAL_PATIENCE.answerMs + 2_000);
    expect(worker.asked).toBe(2);
    expect(line.asked()).toMatchObject({ isEverybody: true, heardAt: undefined, tellsAt: undefined });
  });

  it('takes nobody for gone whom it could not reach while the database answered, and tries again later', async () => {
    const process = randomUUID();
    let isOpen = false;
    const worker = await answering(whileOpen(process, () => isOpen));
    const own = nobody();
    await joined({ process, address: worker.origin });
    const line = await joined(own);
    await line.ask(DOWN);
    expect(line.asked()).toMatchObject({ isEverybody: false });
    expect(worker.asked).toBe(1);
    isOpen = true;
    for (const seconds of [15, 59, 60]) {
      now = START + seconds * 1_000;
      await line.learn(own);
    }
    expect(worker.asked).toBe(2);
    expect(line.asked()).toMatchObject({ isEverybody: true });
  });

  it('asks those before it also where they have not said yet after a silence that they are there', async () => {
    const process = randomUUID();
    const worker = await answering(saying(process));
    const own = nobody();
    await joined({ process, address: worker.origin });
    const line = await joined(own);
    await database.sql.query(`UPDATE app.alert_workers SET seen_at = seen_at - interval '2 minutes'`);
    now = START + 120_000;
    await line.learn(own);
    await line.ask(DOWN);
    expect(worker.asked).toBe(2);
    now += TIMING.evaluationMs;
    await line.learn(own);
    await line.ask(DOWN);
    expect(worker.asked).toBe(2);
  });

  it('does not count as reachable for ever who was reached once', async () => {
    const process = randomUUID();
    let isOpen = true;
    const worker = await answering(whileOpen(process, () => isOpen));
    const own = nobody();
    await joined({ process, address: worker.origin });
    const line = await joined(own);
    isOpen = false;
    const everybody = [];
    for (const seconds of [299, 300]) {
      now = START + seconds * 1_000;
      await line.learn(own);
      await line.ask(DOWN);
      everybody.push(line.asked()?.isEverybody);
      line.rest();
    }
    expect(everybody).toEqual([true, false]);
  });

  it('is alone in trouble where another one reaches the database, and comes behind who leads there', async () => {
    const leader = randomUUID();
    let answers = wellOrNot(leader, 'up');
    const worker = await answering((response) => answers(response));
    const own = nobody();
    const line = await joined(own);
    await joined({ process: leader, address: worker.origin });
    now += 1_000;
    await line.learn(own);
    const alone = [];
    for (const seconds of [0, 10, 20]) {
      now = START + seconds * 1_000;
      await line.ask(DOWN);
      alone.push([line.isAlone, line.isLedByAnother]);
    }
    // What another one says in the first seconds it may not have seen yet.
    expect(alone).toEqual([
      [false, false],
      [true, true],
      [true, true],
    ]);
    answers = wellOrNot(leader, 'down');
    now = START + 30_000;
    await line.ask(DOWN);
    expect(line.isAlone).toBe(false);
    expect(line.asked()).toMatchObject({ since: START + 20_000, isEverybody: true, tellsAt: now });
  });

  it('counts its waiting from when the database answered last', async () => {
    const line = await asking('http://127.0.0.1:9');
    for (const [seconds, seen] of [
      [0, DOWN],
      [20, WELL],
      [40, DOWN],
    ] as const) {
      now = START + seconds * 1_000;
      await line.ask(seen);
    }
    expect(line.asked()?.since).toBe(START + 20_000);
  });
});
