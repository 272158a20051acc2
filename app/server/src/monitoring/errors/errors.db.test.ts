import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storedRecords } from '../../audit/testing/audit-logs.ts';
import { asAdmin } from '../../database/testing/migrated-template.ts';
import { createKey, createUser, type PrincipalHeaders } from '../../testing/principals.ts';
import { createEmptyApplication, type TestApplication } from '../../testing/test-application.ts';
import { Components } from '../alerts/components.ts';
import { Observer } from '../alerts/conditions/observer.ts';
import { builtinRules } from '../alerts/rules/builtin.ts';
import { ComponentHealth } from '../health/component-health.ts';
import { HealthChecks } from '../health/health-checks.ts';
import { MetricHistory } from '../history/metric-history.ts';
import { MetricRecorder } from '../history/recorder.ts';
import { Metrics } from '../metrics/metrics.ts';
import { processName, startedAt } from '../process-identity.ts';
import { PROGRAM_VERSION } from '../program-version.ts';
import { ErrorBuffer } from './error-buffer.ts';
import { ErrorKeeper } from './error-keeper.ts';
import { ErrorTracker } from './error-tracker.ts';
import { tellErrors } from './errors.sql.ts';
import type { TrackedError, TrackedErrorDetails } from './http/errors.dto.ts';
import type { LoggedError } from './logged-error.ts';

let application: TestApplication;
let operator: PrincipalHeaders;
let operatorId: string;

beforeAll(async () => {
  application = await createEmptyApplication({
    logLevel: 'error',
    logDestination: { write: () => undefined },
  });
  const user = await createUser(application.app, 'operator');
  operatorId = user.id;
  operator = await createKey(application.app, user.id);
});
afterAll(() => application.close());
beforeEach(async () => {
  await tracker().flush();
  await application.database.sql.query('DELETE FROM app.tracked_errors');
});

const tracker = (): ErrorTracker => application.app.get(ErrorTracker);
const ask = (method: 'get' | 'post', path: string, headers = operator) =>
  request(application.app.getHttpServer())[method](`/monitoring/errors${path}`).set(headers);

async function list(query = ''): Promise<TrackedError[]> {
  const { body } = await ask('get', query).expect(200);
  return body.items;
}

async function details(id: string | undefined): Promise<TrackedErrorDetails> {
  return (await ask('get', `/${id}`).expect(200)).body;
}

/** Of this process, over all labels. */
const figure = async (name: string): Promise<number> =>
  (await application.app.get(Metrics).samples())
    .filter((sample) => sample.name === `stock_analysis_${name}`)
    .reduce((sum, { value }) => sum + value, 0);

const decide = (id: string | undefined, decision: string, reason: string) =>
  ask('post', `/${id}/${decision}`).send({ reason });

function error(fingerprint: string, at: Date | number, more: Partial<LoggedError> = {}): LoggedError {
  return {
    ...{ fingerprint, level: 'error', at: new Date(at), role: 'server', type: 'Error', message: 'it failed' },
    ...{ stack: undefined, context: {}, requestId: undefined, traceId: undefined, userId: undefined },
    ...{ runId: undefined, ...more },
  };
}

/** As another process tells them. */
function tell(
  errors: readonly LoggedError[],
  process = 'worker@other:1',
  isOfOutage?: (at: number) => boolean,
) {
  const buffer = new ErrorBuffer(process);
  for (const one of errors) buffer.add(one);
  return tellErrors(application.database.sql, buffer.take(), PROGRAM_VERSION, isOfOutage);
}

/** As long as a table is not there, everything that needs it fails. */
async function without(table: string, work: () => Promise<void>): Promise<void> {
  const rename = (from: string, to: string) =>
    asAdmin(application.database.urls.admin, async (admin) => {
      await admin.query(`ALTER TABLE app.${from} RENAME TO ${to}`);
    });
  await rename(table, `${table}_gone`);
  try {
    await work();
  } finally {
    await rename(`${table}_gone`, table);
  }
}

describe('an error of a request', () => {
  it('is one row, however often and with whatever values it happens, with what is known of the last time', async () => {
    const ids: string[] = [];
    await without('symbols', async () => {
      for (const symbol of ['600519.SH', '000001.SZ', '600000.SH']) {
        const answer = await request(application.app.getHttpServer())
          .get(`/api/v1/symbols/${symbol}`)
          .set(operator)
          .expect(500);
        ids.push(answer.body.requestId);
      }
    });
    await tracker().flush();
    const items = await list();
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      ...{ type: 'QueryFailedError', message: expect.stringContaining('"app.symbols" does not exist') },
      ...{ role: 'server', count: 3, status: 'open', version: PROGRAM_VERSION, regressedAt: null },
      ...{ lastRequestId: ids[2], fingerprint: expect.stringMatching(/^[\da-f]{32}$/) },
    });
    const found = await details(items[0]?.id);
    expect(found.stack).toMatch(/QueryFailedError: .*\n(.*\n)*.*market-data/);
    expect(found.context).toMatchObject({
      level: 'error',
      logger: 'Problem',
      route: '/api/v1/symbols/:symbol',
    });
    expect(found.context).toMatchObject({ code: '42P01' });
    expect(found.samples.map(({ requestId }) => requestId)).toEqual(ids.toReversed());
    expect(found.samples[0]).toMatchObject({ process: processName('server') });
    expect(found.hours.reduce((sum, { count }) => sum + count, 0)).toBe(3);
  });

  it('is none where the request was refused', async () => {
    for (const [path, status] of [
      ['/api/v1/symbols?nothing=1', 400],
      ['/api/v1/users', 401],
      ['/api/v1/nothing', 404],
    ] as const)
      await request(application.app.getHttpServer()).get(path).expect(status);
    await tracker().flush();
    expect(await list()).toEqual([]);
  });

  it('is counted in the metrics, and when it is new', async () => {
    const [all, fresh] = [await figure('tracked_errors_total'), await figure('new_errors_total')];
    await without('symbols', async () => {
      for (const _ of [1, 2, 3])
        await request(application.app.getHttpServer()).get('/api/v1/symbols').expect(500);
    });
    await tracker().flush();
    expect([await figure('tracked_errors_total'), await figure('new_errors_total')]).toEqual([
      all + 3,
      fresh + 1,
    ]);
  });
});

describe('a kind that nobody knew', () => {
  it('is told by the rule NewErrors, as is one that came back, and one that is known is not', async () => {
    const { app } = application;
    const rule = builtinRules(0, 300).find(({ name }) => name === 'NewErrors');
    const observer = new Observer(
      app.get(MetricHistory),
      new Components(app.get(ComponentHealth), app.get(HealthChecks)),
    );
    /** The series that a process records are looked up every few seconds. */
    const expectObserved = async (states: object): Promise<void> => {
      await tracker().flush();
      await app.get(MetricRecorder).record();
      const look = async (): Promise<object> => {
        const found = rule ? await observer.observe(rule.condition, Date.now() + 1_000) : [];
        return Object.fromEntries(found.map(({ labels, state }) => [labels['reason'], state]));
      };
      await expect.poll(look, { timeout: 30_000, interval: 500 }).toEqual(states);
    };
    const fail = () =>
      without('symbols', async () => {
        await request(app.getHttpServer()).get('/api/v1/symbols').expect(500);
      });
    const forget = () => application.database.sql.query('DELETE FROM app.metric_frames');
    await app.get(MetricRecorder).record();
    await forget();
    await expectObserved({ new: 'clear', regressed: 'clear' });
    await fail();
    await expectObserved({ new: 'breached', regressed: 'clear' });
    await forget();
    await fail();
    await expectObserved({ new: 'clear', regressed: 'clear' });
    const [{ id } = { id: '' }] = await list();
    await decide(id, 'resolve', 'mended').expect(200);
    await fail();
    await expectObserved({ new: 'clear', regressed: 'breached' });
  });
});

describe('what processes tell', () => {
  it('adds up to one row, from twenty at once, each in its own order', async () => {
    const now = Date.now();
    const prints = Array.from({ length: 30 }, (_, index) => `print ${index}`);
    const told = await Promise.all(
      Array.from({ length: 20 }, (_, process) => {
        const mine = process % 2 === 0 ? prints : prints.toReversed();
        return tell(
          mine.flatMap((print) => [error(print, now - 1000), error(print, now + process)]),
          `p${process}`,
        );
      }),
    );
    expect(told.flat().filter(({ reason }) => reason === 'new')).toHaveLength(30);
    const items = await list('?limit=200');
    expect(items).toHaveLength(30);
    expect(items.every(({ count }) => count === 40)).toBe(true);
    const found = await details(items[0]?.id);
    expect(found.samples.map(({ process }) => process)).toEqual(['p19', 'p18', 'p17', 'p16', 'p15']);
    expect([found.firstSeenAt, found.lastSeenAt]).toEqual(
      [now - 1000, now + 19].map((at) => new Date(at).toISOString()),
    );
    expect(found.hours.reduce((sum, { count }) => sum + count, 0)).toBe(40);
  });

  it('is stored whatever characters it has', async () => {
    await tell([
      error('a', Date.now(), {
        message: 'NUL \0, half a pair \ud83d',
        stack: '\0',
        context: { route: '\0x' },
      }),
    ]);
    expect(await list()).toMatchObject([{ message: 'NUL , half a pair \ufffd' }]);
  });

  it('waits in memory while the database does not take it', async () => {
    await without('tracked_errors', async () => {
      await without('symbols', async () => {
        await request(application.app.getHttpServer()).get('/api/v1/symbols').expect(500);
      });
      await expect(tracker().flush()).rejects.toThrow('"app.tracked_errors" does not exist');
      await expect(tracker().flush()).rejects.toThrow('"app.tracked_errors" does not exist');
    });
    const [fresh, inOutage] = [await figure('new_errors_total'), await figure('new_errors_in_outage_total')];
    await tracker().flush();
    expect(await list()).toMatchObject([{ count: 1 }]);
    // It is what the outage brought, and news of that is nothing that anybody is to be told.
    expect(await figure('new_errors_total')).toBe(fresh);
    expect(await figure('new_errors_in_outage_total')).toBe(inOutage + 1);
    // What goes on long afterwards is something else.
    const [{ fingerprint } = { fingerprint: '' }] = await list();
    for (const minutes of [10, 11]) {
      tracker()['add'](error(fingerprint, Date.now() + minutes * 60_000));
      await tracker().flush();
      expect(await figure('new_errors_total')).toBe(fresh + 1);
    }
    expect(await figure('new_errors_in_outage_total')).toBe(inOutage + 1);
  });

  it('is told after the outage in which it began if it goes on, once, whichever process has it then', async () => {
    const now = Date.now();
    const isOfOutage = (at: number): boolean => at < now;
    const told = (fingerprint: string, at: number, process: string) =>
      tell([error(fingerprint, at)], process, isOfOutage);
    expect(await told('goes on', now - 2, 'p1')).toEqual([{ reason: 'new', isTold: false }]);
    expect(await told('goes on', now - 1, 'p2')).toEqual([]);
    expect(await told('goes on', now + 1, 'p2')).toEqual([{ reason: 'new', isTold: true }]);
    expect(await told('goes on', now + 2, 'p1')).toEqual([]);
    const [{ id } = { id: '' }] = await list();
    await decide(id, 'resolve', 'mended').expect(200);
    await asAdmin(application.database.urls.admin, async (admin) => {
      await admin.query('UPDATE app.tracked_errors SET status_at = $1', [new Date(now - 10)]);
    });
    expect(await told('goes on', now - 1, 'p1')).toEqual([{ reason: 'regressed', isTold: false }]);
    expect(await told('goes on', now + 3, 'p2')).toEqual([{ reason: 'regressed', isTold: true }]);
  });

  it('is what an outage brought also where its process began after that, and has not seen it', async () => {
    const now = Date.now();
    await application.database.sql.query(
      `INSERT INTO app.database_outages (process, began_at, ended_at, is_sure) VALUES ('other', $1, $2, true)`,
      [new Date(now - 300_000), new Date(now)],
    );
    expect(await tell([error('before', now - 361_000)])).toEqual([{ reason: 'new', isTold: true }]);
    expect(await tell([error('in it', now - 359_000)])).toEqual([{ reason: 'new', isTold: false }]);
    expect(await tell([error('in it', now + 59_000)])).toEqual([]);
    expect(await tell([error('in it', now + 61_000)])).toEqual([{ reason: 'new', isTold: true }]);
    await application.database.sql.query('DELETE FROM app.database_outages');
  });

  it('is told already where a process of the release before wrote it, which knows of no outage', async () => {
    const now = Date.now();
    await application.database.sql.query(
      `INSERT INTO app.tracked_errors (fingerprint, type, message, role, level, context, version, count, first_seen_at,
                                       last_seen_at, samples)
       VALUES ('of before', 'Error', 'it failed', 'server', 'error', '{}', '0', 1, $1, $1, '[]')`,
      [new Date(now)],
    );
    expect(await tell([error('of before', now + 1)])).toEqual([]);
  });

  it('is told to nobody after the outage where somebody has decided about it', async () => {
    const now = Date.now();
    await tell([error('known', now - 1)], 'p1', () => true);
    const [{ id } = { id: '' }] = await list();
    await decide(id, 'ignore', 'of the outage').expect(200);
    expect(await tell([error('known', now + 60_000)])).toEqual([]);
  });

  it('is that a process of the same name went before without a word', async () => {
    const say = (process: string) =>
      application.database.sql.query(
        `INSERT INTO app.component_states (process, component, role, status, message, details, response_time_ms, checked_at, told_at)
         VALUES ($1, 'disk', 'server', 'up', '', '{}', 1, $2, $2) ON CONFLICT (process, component) DO UPDATE SET told_at = excluded.told_at`,
        [process, new Date(startedAt.getTime() - 60_000)],
      );
    await say(processName('server'));
    await say('server@somebody-else:1');
    await tracker()['missPredecessor']();
    await tracker().flush();
    expect(await list()).toMatchObject([
      { type: 'ProcessLost', count: 1, lastSeenAt: new Date(startedAt.getTime() - 60_000).toISOString() },
    ]);
    expect((await details((await list())[0]?.id)).context).toMatchObject({
      level: 'fatal',
      logger: 'Process',
    });
  });
});

describe('what people say of an error', () => {
  it('is that it is mended, and if it comes again it is open again', async () => {
    const before = Date.now() - 60_000;
    await tell([error('a', before)]);
    const [{ id } = { id: '' }] = await list();
    const { body } = await decide(id, 'resolve', 'mended in 0.2').expect(200);
    expect(body).toMatchObject({ status: 'resolved', statusReason: 'mended in 0.2', regressedAt: null });
    await decide(id, 'resolve', 'once more').expect(409);
    // Told late by a process that could not write: it happened before.
    expect(await tell([error('a', before + 1_000)])).toEqual([]);
    expect(await list()).toMatchObject([{ status: 'resolved', count: 2 }]);
    const again = Date.now() + 1_000;
    expect(await tell([error('a', again)])).toMatchObject([{ reason: 'regressed' }]);
    expect(await list()).toMatchObject([
      { status: 'open', count: 3, regressedAt: new Date(again).toISOString() },
    ]);
    expect(await tell([error('a', again + 1)])).toEqual([]);
    const records = await storedRecords(application.database.sql);
    const ours = records.filter(({ object_id: object }) => object === id);
    expect(ours.map(({ record }) => JSON.parse(record))).toMatchObject([
      {
        ...{ action: 'error.resolve', object: { kind: 'error', id }, reason: 'mended in 0.2' },
        ...{ before: { status: 'open' }, after: { status: 'resolved' }, actor: { id: operatorId } },
      },
    ]);
  });

  it('is that it is to be ignored, and then it only counts', async () => {
    await tell([error('a', Date.now() - 1_000)]);
    const [{ id } = { id: '' }] = await list();
    await decide(id, 'ignore', 'a scanner').expect(200);
    expect(await tell([error('a', Date.now() + 1_000)])).toEqual([]);
    expect(await list()).toMatchObject([{ status: 'ignored', count: 2 }]);
    await decide(id, 'reopen', 'not a scanner').expect(200);
    expect(await list()).toMatchObject([{ status: 'open', statusReason: 'not a scanner' }]);
    await decide(randomUUID(), 'reopen', 'nothing').expect(404);
    await decide(id, 'ignore', ' ').expect(400);
  });
});

describe('the list', () => {
  it('has the newest first, in pages, and filters', async () => {
    const now = Date.now();
    const many = Array.from({ length: 7 }, (_, index) =>
      error(`p${index}`, now - index * 60_000, {
        type: index === 3 ? 'OddError' : 'Error',
        message: `100% of ${index}`,
      }),
    );
    await tell(many);
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await ask('get', `?limit=3${cursor}`).expect(200);
      seen.push(...body.items.map(({ fingerprint }: TrackedError) => fingerprint));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(seen).toEqual(many.map(({ fingerprint }) => fingerprint));
    const found = async (query: string) => (await list(query)).map(({ fingerprint }) => fingerprint);
    expect(await found('?q=oddERROR')).toEqual(['p3']);
    expect(await found('?q=100%25%20of%206')).toEqual(['p6']);
    expect(await found('?q=_')).toEqual([]);
    expect(await found(`?since=${new Date(now - 60_000).toISOString()}`)).toEqual(['p0', 'p1']);
    expect(await found('?status=resolved')).toEqual([]);
    await ask('get', '?cursor=abc').expect(400);
  });

  it('is for operators', async () => {
    const viewer = await createUser(application.app, 'viewer');
    await ask('get', '', viewer.session).expect(403);
    const reader = await createKey(application.app, operatorId, ['monitoring:read']);
    await ask('get', '', reader).expect(200);
    await ask('post', `/${randomUUID()}/resolve`, reader).send({ reason: 'not for me' }).expect(403);
  });
});

describe('more kinds than there is room for', () => {
  /** Kinds that happened so often, so many days ago. */
  const fill = (prefix: string, many: number, count: number, days: number, status = 'open') =>
    application.database.sql.query(
      `INSERT INTO app.tracked_errors (fingerprint, type, message, role, level, context, version, count, first_seen_at,
                                       last_seen_at, samples, status, status_at)
       SELECT $1 || n, 'Error', 'kind', 'server', 'error', '{}', '1', $3, at, at, '[]', $5,
              CASE WHEN $5 <> 'open' THEN now() END
         FROM generate_series(1, $2::integer) AS n, LATERAL (SELECT now() - $4 * interval '1 day' AS at) AS times`,
      [prefix, many, count, days, status],
    );
  const countOf = async (prefix: string): Promise<number> => {
    const [row] = await application.database.sql.query<{ count: number }>(
      'SELECT count(*)::integer AS count FROM app.tracked_errors WHERE starts_with(fingerprint, $1)',
      [prefix],
    );
    return row?.count ?? 0;
  };

  it('drive out one another as they come, and nothing that came again or that somebody decided about', async () => {
    await fill('ignored', 1, 1, 300, 'ignored');
    await fill('again', 3_999, 2, 30);
    await fill('once', 1_000, 1, 30);
    const now = Date.now();
    for (let batch = 0; batch < 6; batch += 1) {
      for (let index = 0; index < 200; index += 1)
        tracker()['add'](error(`made-up ${batch} ${index}`, now + batch));
      await tracker().flush();
      expect(await countOf('')).toBe(5_000);
    }
    expect(await countOf('ignored')).toBe(1);
    expect(await countOf('again')).toBe(3_999);
    expect(await countOf('once')).toBe(0);
    expect(await countOf('made-up 5')).toBe(200);
  });

  it('leave room for a new one where all others came again', async () => {
    await fill('again', 5_000, 2, 30);
    for (const at of [1, 2]) {
      tracker()['add'](error('new', Date.now() + at));
      await tracker().flush();
    }
    expect(await list('?limit=1')).toMatchObject([{ fingerprint: 'new', count: 2 }]);
    expect(await countOf('')).toBe(5_000);
  });

  it('are not waited for where another process writes to them', async () => {
    await fill('again', 5_000, 2, 30);
    await application.database.sql.transaction(async (sql) => {
      await sql.query(`UPDATE app.tracked_errors SET count = 3`);
      tracker()['add'](error('new', Date.now()));
      await tracker().flush();
      expect(await countOf('')).toBe(5_001);
    });
    await application.app.get(ErrorKeeper).keep();
    expect(await countOf('')).toBe(5_000);
  });
});

describe('what is old', () => {
  it('is forgotten where it is settled, and the oldest where there are too many', async () => {
    const days = (count: number): number => Date.now() - count * 86_400_000;
    await tell([
      error('open', days(300)),
      error('settled', days(100)),
      error('lately', days(100)),
      error('new', days(1)),
    ]);
    const set = (print: string, at: number) =>
      application.database.sql.query(
        `UPDATE app.tracked_errors SET status = 'ignored', status_at = $2 WHERE fingerprint = $1`,
        [print, new Date(at)],
      );
    await set('settled', days(95));
    await set('lately', days(80));
    const keeper = application.app.get(ErrorKeeper);
    await keeper.keep();
    const left = async () => (await list()).map(({ fingerprint }) => fingerprint);
    expect(new Set(await left())).toEqual(new Set(['open', 'lately', 'new']));
    const hours = await application.database.sql.query('SELECT hour FROM app.tracked_error_hours');
    expect(hours).toHaveLength(1);
    await keeper.keep(2);
    expect(await left()).toEqual(['new', 'lately']);
  });
});
