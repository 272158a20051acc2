import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import type { AlertMessage, AlertMessenger } from './alert-message.ts';
import type { Observation } from './conditions/observation.ts';
import { DirectAlerts, type Duty } from './direct-alerts.ts';
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

let database: TestDatabase;
let messages: AlertMessage[];
const messenger: AlertMessenger = {
  enqueue: () => Promise.reject(new Error('is for what the database can store')),
  sendNow(message) {
    messages.push(message);
    return Promise.resolve();
  },
};

const observed = (state: Observation['state']): Observation => ({
  ...{ labels: { component: 'database' }, state, detail: 'no answer' },
});
/** Looks at these seconds. */
function look(
  direct: DirectAlerts,
  states: Readonly<Record<number, Observation['state']>>,
  duty: Duty = 'leads',
): void {
  for (const [second, state] of Object.entries(states))
    direct.evaluate(RULE, observed(state), START + Number(second) * SECOND, duty);
}
const told = (): [string, number][] => messages.map(({ transition, number }) => [transition, number]);
const stored = (): Promise<{ state: string; told: string }[]> =>
  database.sql.query('SELECT state, told FROM app.alerts ORDER BY started_at');
const synchronized = async (direct: DirectAlerts, second: number, leads = true): Promise<DirectAlerts> => {
  await direct.synchronize([RULE], START + second * SECOND, leads);
  return direct;
};
const created = (): DirectAlerts => new DirectAlerts(database.sql, messenger);

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  messages = [];
  await database.sql.query('DELETE FROM app.alerts');
  await database.sql.query('DELETE FROM app.alert_silences');
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
    const second = created();
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
    // What comes next is the second one's.
    look(first, { 100: 'breached', 140: 'breached' }, 'looks-on');
    look(second, { 100: 'breached', 140: 'breached' }, 'leads');
    expect(told()).toHaveLength(3);
  });

  it('is told when it comes right after a slow start, of which nobody had to be told', async () => {
    const direct = created();
    look(direct, { 0: 'breached', 40: 'breached' }, 'looks-on');
    await synchronized(direct, 45);
    look(direct, { 46: 'clear', 60: 'breached', 90: 'breached' });
    expect(told()).toEqual([['firing', 1]]);
  });

  it('is told by a process that never could learn who leads', () => {
    const direct = created();
    look(direct, { 0: 'breached', 60: 'breached' }, 'looks-on');
    expect(told()).toEqual([]);
    look(direct, { 125: 'breached' }, 'alone');
    expect(told()).toEqual([['firing', 1]]);
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
    look(second, { 116: 'clear' });
    await synchronized(second, 117);
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

  it('that was over before its time leaves nothing', async () => {
    const direct = await synchronized(created(), 0);
    look(direct, { 10: 'breached', 20: 'clear' });
    await synchronized(direct, 21);
    expect(await stored()).toEqual([]);
  });
});
