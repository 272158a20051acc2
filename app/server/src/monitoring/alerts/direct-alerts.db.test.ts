import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { monitoring } from '../../common/configuration/monitoring-schema.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import type { AlertMessage, AlertMessenger } from './alert-message.ts';
import { AlertTiming } from './alert-timing.ts';
import { AlertsLease, silenceBefore } from './alerts-lease.ts';
import type { Observation } from './conditions/observation.ts';
import { DirectAlerts } from './direct-alerts.ts';
import type { Duty } from './duty.ts';
import type { Elsewhere } from './line/hearing.ts';
import { type AlertRule, ruleDefinition } from './rules/definition.ts';
import { insertSilence } from './silences/silences.sql.ts';

const START = Date.parse('2026-11-26T00:00:00Z');
const SECOND = 1_000;

const RULE: AlertRule = {
  ...ruleDefinition.parse({
    severity: 'critical',
    summary: 'the database does not answer',
    description: '{{detail}}',
    condition: { kind: 'component', component: 'database', from: 'down' },
    forSeconds: 30,
    keepFiringSeconds: 30,
  }),
  name: 'DatabaseDown',
  origin: 'builtin',
};

const TIMING = new AlertTiming({ monitoring: monitoring.parse({}) });

let database: TestDatabase;
let messages: AlertMessage[];
let areTaken: boolean;
let hasChannel = true;
const messenger: AlertMessenger = {
  reach: () => Promise.resolve(() => hasChannel),
  enqueue: () => Promise.reject(new Error('is for what the database can store')),
  sendNow(message) {
    messages.push(message);
    return Promise.resolve();
  },
  isTaken: () => areTaken,
};

const observed = (state: Observation['state']): Observation => ({
  ...{ labels: { component: 'database' }, state, detail: 'no answer' },
});
type Look = readonly [state: Observation['state'], duty: Duty, elsewhere?: Elsewhere | undefined];
const looks = new WeakMap<DirectAlerts, { readonly second: number; readonly look: Look }>();

/** Looks at these seconds, and every 10 s in between, as it was at the look before. */
function look(
  direct: DirectAlerts,
  states: Readonly<Record<number, Observation['state']>>,
  duty: Duty = 'leads',
  elsewhere?: Elsewhere,
): void {
  const lookAt = (second: number, [state, as, beside]: Look): void =>
    direct.evaluate(RULE, observed(state), START + second * SECOND, as, beside);
  for (const [key, state] of Object.entries(states)) {
    const second = Number(key);
    const before = looks.get(direct);
    if (before !== undefined)
      for (let between = before.second + 10; between < second; between += 10) lookAt(between, before.look);
    const now = [state, duty, elsewhere] as const;
    lookAt(second, now);
    looks.set(direct, { second, look: now });
  }
}
/** What one process hears of another, whether or not it answers now. */
function heardOf(teller: DirectAlerts, isBefore: boolean, isThere = true): Elsewhere | undefined {
  const [alert] = teller.telling();
  return alert?.told == null ? undefined : { isThere, isBefore, id: alert.id, told: alert.told };
}
const told = (): [string, number][] => messages.map(({ transition, number }) => [transition, number]);
const stored = (): Promise<{ state: string; told: string }[]> =>
  database.sql.query('SELECT state, told FROM app.alerts ORDER BY started_at');
const synchronized = async (direct: DirectAlerts, second: number, leads = true): Promise<DirectAlerts> => {
  await direct.synchronize([RULE], START + second * SECOND, leads);
  return direct;
};
const created = (): DirectAlerts => new DirectAlerts(database.sql, messenger, TIMING);

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  messages = [];
  areTaken = true;
  hasChannel = true;
  await database.sql.query('DELETE FROM app.alerts');
  await database.sql.query('DELETE FROM app.alert_silences');
  await database.sql.query('DELETE FROM app.monitoring_leases');
});

describe('an alert about the database', () => {
  it('is sent without it, once, and written down with what was told when it is back', async () => {
    const direct = await synchronized(created(), 0);
    look(direct, { 1: 'clear', 10: 'breached', 39: 'breached', 40: 'breached', 45: 'breached' });
    expect(told()).toEqual([['firing', 1]]);
    expect(messages[0]).toMatchObject({
      rule: 'DatabaseDown',
      description: 'no answer',
      severity: 'critical',
    });
    expect(await stored()).toEqual([]);
    look(direct, { 60: 'clear' });
    await synchronized(direct, 61);
    expect(await stored()).toEqual([{ state: 'firing', told: 'firing' }]);
    look(direct, { 95: 'clear', 100: 'clear' });
    expect(told()).toEqual([
      ['firing', 1],
      ['resolved', 2],
    ]);
    await synchronized(direct, 101);
    await synchronized(direct, 116);
    expect(await stored()).toEqual([{ state: 'resolved', told: 'resolved' }]);
  });

  it('is told by who began with it until it is over, also when another one leads by then, and by nobody else', async () => {
    const first = await synchronized(created(), 0);
    const second = await synchronized(created(), 1, false);
    look(first, { 10: 'breached', 40: 'breached' });
    look(second, { 10: 'breached', 40: 'breached' }, 'looks-on');
    // The lease ran out meanwhile, and the second was the first to take it.
    look(second, { 50: 'clear' }, 'leads');
    await synchronized(second, 51);
    look(first, { 50: 'clear' }, 'looks-on');
    await synchronized(first, 51, false);
    look(second, { 85: 'clear' }, 'leads');
    look(first, { 85: 'clear' }, 'looks-on');
    await synchronized(second, 86);
    await synchronized(first, 86, false);
    expect(told()).toEqual([
      ['firing', 1],
      ['resolved', 2],
    ]);
    expect(await stored()).toEqual([{ state: 'resolved', told: 'resolved' }]);
    // What comes next is the second one's, which knows by then when it was told last.
    await synchronized(second, 90);
    look(first, { 100: 'breached', 140: 'breached' }, 'looks-on');
    look(second, { 100: 'breached', 140: 'breached' }, 'leads');
    expect(told()).toHaveLength(2);
    await synchronized(second, 150);
    expect(await stored()).toEqual([{ state: 'firing', told: 'resolved' }]);
    look(second, { 1845: 'breached' });
    expect(told().slice(2)).toEqual([['firing', 3]]);
  });

  it('is told anew by whoever leads after the cool-down, as another one', async () => {
    const first = await synchronized(created(), 0);
    look(first, { 10: 'breached', 40: 'breached', 50: 'clear', 80: 'clear' });
    await synchronized(first, 81);
    const second = await synchronized(created(), 1_000);
    look(second, { 1010: 'breached', 1040: 'breached' });
    expect(told()).toHaveLength(3);
    expect(messages[2]?.alertId).not.toBe(messages[0]?.alertId);
  });

  it('goes on in its time when the clock is set right in between', async () => {
    const direct = await synchronized(created(), 0);
    const hours = 8 * 3_600;
    look(direct, { [hours + 10]: 'breached', [hours + 40]: 'breached' });
    expect(told()).toEqual([['firing', 1]]);
    direct.shift(-hours * SECOND);
    look(direct, { 45: 'clear', 70: 'clear' });
    expect(told()).toHaveLength(1);
    expect(direct.telling()[0]?.told?.toldFiringAt).toBe(START + 40 * SECOND);
    look(direct, { 75: 'clear' });
    expect(told()).toEqual([
      ['firing', 1],
      ['resolved', 2],
    ]);
    await synchronized(direct, 76);
    expect(await database.sql.query('SELECT fired_at, resolved_at FROM app.alerts')).toEqual([
      { fired_at: new Date(START + 40 * SECOND), resolved_at: new Date(START + 75 * SECOND) },
    ]);
  });

  it('is held back while one that it is inhibited by is the case', async () => {
    const direct = await synchronized(created(), 0);
    const other = { ...RULE, name: 'DatabaseDegraded', inhibitedBy: ['DatabaseDown'] };
    const otherAt = (second: number): void =>
      direct.evaluate(other, observed('breached'), START + second * SECOND, 'leads');
    look(direct, { 20: 'breached' });
    for (const second of [10, 20, 30, 40, 45]) otherAt(second);
    expect(told()).toEqual([]);
    look(direct, { 46: 'clear' });
    otherAt(47);
    expect(messages.map(({ rule }) => rule)).toEqual(['DatabaseDegraded']);
  });

  it('is told to nobody where there is no channel for it, and says so', async () => {
    hasChannel = false;
    const direct = await synchronized(created(), 0);
    look(direct, { 10: 'breached', 40: 'breached', 45: 'breached' });
    expect(told()).toEqual([]);
    await synchronized(direct, 50);
    expect(await stored()).toEqual([{ state: 'firing', told: 'nothing' }]);
    expect(await database.sql.query('SELECT reason, count FROM app.alert_suppressions')).toEqual([
      { reason: 'no-channel', count: '1' },
    ]);
    // Somebody configured one.
    hasChannel = true;
    await synchronized(direct, 55);
    look(direct, { 60: 'breached' });
    expect(told()).toEqual([['firing', 1]]);
  });

  it('is told when it comes right after a slow start, of which nobody had to be told', async () => {
    const direct = created();
    look(direct, { 0: 'breached', 40: 'breached' }, 'looks-on');
    await synchronized(direct, 45);
    look(direct, { 46: 'clear', 60: 'breached', 90: 'breached' });
    expect(told()).toEqual([['firing', 1]]);
  });

  it('is told by who was given the lease by a database that went away again before it could say more', () => {
    const direct = created();
    look(direct, { 0: 'breached', 40: 'breached' }, 'looks-on');
    expect(told()).toEqual([]);
    look(direct, { 45: 'breached' }, 'leads');
    expect(told()).toEqual([['firing', 1]]);
  });

  it('is told by a process that never could learn who leads', () => {
    const direct = created();
    look(direct, { 0: 'breached', 60: 'breached' }, 'looks-on');
    expect(told()).toEqual([]);
    look(direct, { 125: 'breached' }, 'alone');
    expect(told()).toEqual([['firing', 1]]);
  });

  it('is told by everybody where none can hear another, and as one alert', async () => {
    // Of what was told before both know.
    const before = await synchronized(created(), 0);
    look(before, { 1: 'breached', 31: 'breached', 32: 'clear', 62: 'clear' });
    await synchronized(before, 63);
    messages = [];
    const [leader, other] = [
      await synchronized(created(), 1_000),
      await synchronized(created(), 1_001, false),
    ];
    look(leader, { 1010: 'breached', 1040: 'breached' });
    look(other, { 1012: 'breached', 1042: 'breached' }, 'looks-on');
    expect(told()).toEqual([['firing', 1]]);
    look(other, { 1130: 'breached' }, 'alone');
    look(leader, { 1140: 'clear', 1170: 'clear' });
    look(other, { 1141: 'clear', 1171: 'clear' }, 'looks-on');
    expect(told()).toEqual([
      ['firing', 1],
      ['firing', 1],
      ['resolved', 2],
      ['resolved', 2],
    ]);
    expect(new Set(messages.map(({ alertId }) => alertId)).size).toBe(1);
    await synchronized(leader, 1_180);
    await synchronized(other, 1_181, false);
    expect(await stored()).toHaveLength(2);
  });

  it('is ended by who looked on where who told of it died before it could be written down', async () => {
    const teller = await synchronized(created(), 0);
    const other = await synchronized(created(), 1, false);
    look(teller, { 10: 'breached', 40: 'breached' });
    look(other, { 10: 'breached', 40: 'breached' }, 'looks-on');
    // The database is back, and the teller is not.
    await synchronized(other, 50);
    look(other, { 51: 'clear', 85: 'clear' });
    await synchronized(other, 100);
    expect(told()).toEqual([['firing', 1]]);
    await synchronized(other, 111);
    look(other, { 112: 'clear', 143: 'clear' });
    expect(told()).toEqual([
      ['firing', 1],
      ['resolved', 2],
    ]);
    expect(messages[1]?.alertId).toBe(messages[0]?.alertId);
    await synchronized(other, 150);
    expect(await stored()).toEqual([{ state: 'resolved', told: 'resolved' }]);
  });

  it('is left alone by who looked on where who told of it writes it down', async () => {
    const teller = await synchronized(created(), 0);
    const other = await synchronized(created(), 1, false);
    look(teller, { 10: 'breached', 40: 'breached', 50: 'clear' });
    look(other, { 10: 'breached', 40: 'breached' }, 'looks-on');
    await synchronized(other, 50);
    await synchronized(teller, 55, false);
    look(teller, { 80: 'clear' }, 'looks-on');
    for (const second of [65, 81, 96, 111, 126]) {
      await synchronized(teller, second, false);
      await synchronized(other, second + 1);
      look(other, { [second + 2]: 'clear' });
    }
    expect(told()).toEqual([
      ['firing', 1],
      ['resolved', 2],
    ]);
  });

  it('is ended once where who leads by now saw it longer than who told of it and had written it down', async () => {
    const rule = { ...RULE, forSeconds: 0 };
    const [teller, other] = [created(), created()];
    const synchronize = (direct: DirectAlerts, second: number): Promise<void> =>
      direct.synchronize([rule], START + second * SECOND, direct === other);
    const see = (direct: DirectAlerts, second: number, state: Observation['state']): void => {
      const duty = (second < 45 ? teller : other) === direct ? 'leads' : 'looks-on';
      const elsewhere = direct === other ? heardOf(teller, false) : undefined;
      direct.evaluate(rule, observed(state), START + second * SECOND, duty, elsewhere);
    };
    for (const direct of [teller, other]) await synchronize(direct, 0);
    for (const direct of [teller, other]) see(direct, 40, 'breached');
    see(teller, 48, 'clear');
    await synchronize(teller, 49);
    // Its first evaluation as who leads has not ended yet when it looks.
    await synchronize(other, 50);
    see(other, 51, 'breached');
    for (let second = 54; second < 150; second += 5) {
      see(teller, second, 'clear');
      await synchronize(teller, second + 1);
      await synchronize(other, second + 2);
      see(other, second + 3, 'clear');
    }
    expect(told()).toEqual([
      ['firing', 1],
      ['resolved', 2],
    ]);
    expect(await stored()).toEqual([{ state: 'resolved', told: 'resolved' }]);
  });

  it('is not ended by who led for a moment, and leads again when it is long forgotten', async () => {
    const [teller, other] = [await synchronized(created(), 0), await synchronized(created(), 1, false)];
    look(teller, { 10: 'breached', 40: 'breached' });
    look(other, { 10: 'breached', 40: 'breached' }, 'looks-on');
    await synchronized(other, 50);
    look(teller, { 51: 'clear', 85: 'clear' });
    for (const second of [86, 120]) {
      await synchronized(teller, second);
      await synchronized(other, second, false);
    }
    await database.sql.query('DELETE FROM app.alerts');
    look(other, { 121: 'clear', 1_000: 'clear' });
    await synchronized(other, 1_001);
    look(other, { 1_002: 'clear', 1_040: 'clear' });
    expect(told()).toEqual([
      ['firing', 1],
      ['resolved', 2],
    ]);
  });

  it('is ended by the process that comes after the only one, which died while the database was away', async () => {
    const [from, to] = [START, START + 90 * SECOND];
    const left = new AlertsLease(TIMING);
    await left.take(database.sql);
    expect(await silenceBefore(database.sql, 30)).toBeUndefined();
    // The server of the tests began long ago; the lease is from before that.
    await database.sql.query(
      `UPDATE app.monitoring_leases SET expires_at = pg_postmaster_start_time() - interval '60 seconds'`,
    );
    const silence = await silenceBefore(database.sql, 30);
    expect((silence?.to ?? 0) - (silence?.from ?? 0)).toBe(90 * SECOND);
    const gone = await synchronized(created(), -1);
    look(gone, { 0: 'breached', 30: 'breached' });
    const next = created();
    await next.suspect(RULE, observed('breached'), from, to);
    await synchronized(next, 90);
    await synchronized(next, 151);
    look(next, { 152: 'clear', 183: 'clear' });
    expect(told()).toEqual([
      ['firing', 1],
      ['resolved', 2],
    ]);
    expect(messages[1]?.alertId).toBe(messages[0]?.alertId);
  });

  it('that a process left firing is ended by the next one, in the same row', async () => {
    const first = await synchronized(created(), 0);
    look(first, { 10: 'breached', 40: 'breached', 50: 'clear' });
    await synchronized(first, 51);
    const second = await synchronized(created(), 60);
    // The first might be there still.
    look(second, { 61: 'clear', 100: 'clear' });
    expect(told()).toEqual([['firing', 1]]);
    await synchronized(second, 115);
    // Of the time in which nobody looked a part counts.
    look(second, { 116: 'clear' });
    expect(told()).toEqual([['firing', 1]]);
    look(second, { 131: 'clear' });
    await synchronized(second, 132);
    expect(told()).toEqual([
      ['firing', 1],
      ['resolved', 2],
    ]);
    expect(await stored()).toEqual([{ state: 'resolved', told: 'resolved' }]);
  });

  it('takes the place of one that a process left behind during the same trouble', async () => {
    const first = await synchronized(created(), 0);
    look(first, { 10: 'breached', 40: 'breached' });
    await synchronized(first, 41);
    // It began again while nothing could be read.
    const second = created();
    look(second, { 60: 'breached', 100: 'breached', 110: 'clear' });
    await synchronized(second, 111);
    expect(await database.sql.query('SELECT state, end_reason FROM app.alerts ORDER BY started_at')).toEqual([
      { state: 'resolved', end_reason: 'no-data' },
      { state: 'firing', end_reason: null },
    ]);
  });

  it('is not told under a silence that was there before, and is counted as such', async () => {
    await insertSilence(database.sql, {
      id: crypto.randomUUID(),
      matchers: { rule: 'DatabaseDown' },
      startsAt: new Date(START),
      endsAt: new Date(START + 300 * SECOND),
      comment: 'the disk is changed',
      createdAt: new Date(START),
      createdBy: null,
    });
    const direct = await synchronized(created(), 1);
    look(direct, { 10: 'breached', 40: 'breached', 200: 'breached' });
    expect(told()).toEqual([]);
    look(direct, { 301: 'breached' });
    expect(told()).toEqual([['firing', 1]]);
    await synchronized(direct, 302);
    expect(await database.sql.query('SELECT reason, count FROM app.alert_suppressions')).toEqual([
      { reason: 'silenced', count: '1' },
    ]);
  });

  it('is not told under a silence that was announced before the database went away, and begins after that', async () => {
    await insertSilence(database.sql, {
      ...{ id: crypto.randomUUID(), matchers: { rule: RULE.name }, comment: 'tonight', createdBy: null },
      ...{ createdAt: new Date(START), startsAt: new Date(START + 20 * SECOND) },
      endsAt: new Date(START + 600 * SECOND),
    });
    const direct = await synchronized(created(), 0);
    look(direct, { 10: 'breached', 40: 'breached', 599: 'breached' });
    expect(told()).toEqual([]);
    look(direct, { 601: 'breached' });
    expect(told()).toEqual([['firing', 1]]);
  });

  it('is not escalated where somebody looks after it, who can say so when the database is back in between', async () => {
    const escalating = { ...RULE, escalateAfterSeconds: 600 };
    const direct = created();
    const lookAt = (second: number): void =>
      direct.evaluate(escalating, observed('breached'), START + second * SECOND, 'leads');
    await synchronized(direct, 0);
    for (const second of [10, 25, 40]) lookAt(second);
    await synchronized(direct, 50);
    await database.sql.query('UPDATE app.alerts SET acknowledged_at = $1', [new Date(START + 55 * SECOND)]);
    await synchronized(direct, 60);
    for (const second of [70, 700]) lookAt(second);
    expect(told()).toEqual([['firing', 1]]);
    await synchronized(direct, 710);
    expect(await database.sql.query('SELECT FROM app.alerts WHERE acknowledged_at IS NOT NULL')).toHaveLength(
      1,
    );
  });

  it('is begun by nobody where another one has begun, whoever leads, and ended by that one alone', async () => {
    const [leader, other] = [await synchronized(created(), 0), await synchronized(created(), 1, false)];
    // Whoever led stood still, so the next one in the line spoke.
    look(other, { 10: 'breached', 45: 'breached' }, 'alone');
    look(leader, { 50: 'breached', 90: 'breached' }, 'leads', heardOf(other, false));
    // It hears the leader again, which has told nothing.
    look(other, { 91: 'breached' }, 'looks-on', heardOf(leader, true));
    look(other, { 100: 'clear' }, 'looks-on', heardOf(leader, true));
    look(leader, { 101: 'clear' }, 'leads', heardOf(other, false));
    await synchronized(leader, 102);
    await synchronized(other, 103, false);
    look(other, { 131: 'clear' }, 'looks-on', heardOf(leader, true));
    look(leader, { 132: 'clear' }, 'leads', heardOf(other, false));
    for (const second of [140, 155, 170, 200, 230]) {
      await synchronized(other, second, false);
      await synchronized(leader, second + 1);
      look(leader, { [second + 2]: 'clear' });
    }
    expect(told()).toEqual([
      ['firing', 1],
      ['resolved', 2],
    ]);
    expect(await stored()).toEqual([{ state: 'resolved', told: 'resolved' }]);
  });

  it('that two tell, as they could not hear each other, is ended by the one that comes first', async () => {
    const [leader, other] = [await synchronized(created(), 0), await synchronized(created(), 1, false)];
    look(leader, { 10: 'breached', 40: 'breached' });
    look(other, { 11: 'breached', 41: 'breached' }, 'alone');
    look(other, { 60: 'breached' }, 'alone', heardOf(leader, true));
    look(leader, { 61: 'breached', 70: 'clear' }, 'leads', heardOf(other, false));
    await synchronized(other, 71, false);
    await synchronized(leader, 72);
    look(leader, { 100: 'clear' }, 'leads', heardOf(other, false));
    look(other, { 101: 'clear' }, 'looks-on');
    expect(told()).toEqual([
      ['firing', 1],
      ['firing', 1],
      ['resolved', 2],
    ]);
    await synchronized(leader, 110);
    await synchronized(other, 111, false);
    expect(await stored()).toEqual([{ state: 'resolved', told: 'resolved' }]);
  });

  it('is gone on with from where whoever told of it was, and not told anew', async () => {
    const [leader, other] = [await synchronized(created(), 0), await synchronized(created(), 1, false)];
    look(leader, { 10: 'breached', 40: 'breached' });
    look(other, { 11: 'breached', 41: 'breached' }, 'looks-on', heardOf(leader, true));
    const last = heardOf(leader, true, false);
    look(other, { 71: 'breached', 76: 'breached' }, 'alone', last);
    expect(told()).toEqual([['firing', 1]]);
    // Who comes behind it hears that it is told.
    expect(other.telling()).toEqual([
      {
        rule: 'DatabaseDown',
        id: messages[0]?.alertId,
        told: { transition: 1, toldFiringAt: START + 40_000 },
      },
    ]);
    look(other, { 90: 'clear', 120: 'clear' }, 'alone', last);
    await synchronized(other, 121);
    expect(told()).toEqual([
      ['firing', 1],
      ['resolved', 2],
    ]);
    expect(messages[1]?.alertId).toBe(messages[0]?.alertId);
    expect(await stored()).toEqual([{ state: 'resolved', told: 'resolved' }]);
  });

  it('is told by the next one where no channel has taken what whoever is gone sent', async () => {
    const [leader, other] = [await synchronized(created(), 0), await synchronized(created(), 1, false)];
    areTaken = false;
    look(leader, { 10: 'breached', 40: 'breached' });
    expect(leader.telling()).toMatchObject([{ rule: 'DatabaseDown', told: null }]);
    look(other, { 11: 'breached', 41: 'breached' }, 'looks-on', heardOf(leader, true));
    look(other, { 71: 'breached' }, 'alone', heardOf(leader, true, false));
    expect(told()).toEqual([
      ['firing', 1],
      ['firing', 1],
    ]);
    expect(messages[1]?.alertId).toBe(messages[0]?.alertId);
  });

  it('is gone on with by who leads, where it looked on while another one told, and that one is gone', async () => {
    const [leader, other] = [await synchronized(created(), 0), await synchronized(created(), 1, false)];
    look(other, { 10: 'breached', 45: 'breached' }, 'alone');
    look(leader, { 50: 'breached', 90: 'breached' }, 'leads', heardOf(other, false));
    const gone = heardOf(other, false, false);
    look(leader, { 120: 'breached', 130: 'clear', 160: 'clear' }, 'leads', gone);
    expect(told()).toEqual([
      ['firing', 1],
      ['resolved', 2],
    ]);
    expect(messages[1]?.alertId).toBe(messages[0]?.alertId);
  });

  it('does not begin because a process stood still right after it had seen the first trouble', async () => {
    const direct = await synchronized(created(), 0);
    const lookAt = (second: number, state: Observation['state']): void =>
      direct.evaluate(RULE, observed(state), START + second * SECOND, 'leads');
    lookAt(10, 'breached');
    // What it knows when it goes on is an hour old.
    lookAt(3_610, 'breached');
    expect(told()).toEqual([]);
    lookAt(3_615, 'clear');
    for (const second of [3_620, 3_635, 3_649]) lookAt(second, 'breached');
    expect(told()).toEqual([]);
    lookAt(3_650, 'breached');
    expect(told()).toEqual([['firing', 1]]);
  });

  it('that was over before its time leaves nothing', async () => {
    const direct = await synchronized(created(), 0);
    look(direct, { 10: 'breached', 20: 'clear' });
    await synchronized(direct, 21);
    expect(await stored()).toEqual([]);
  });
});
