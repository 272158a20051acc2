import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDataSource } from '../../database/data-source.ts';
import { type Database, databaseOf } from '../../database/sql.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { AlertEngine } from './alert-engine.ts';
import type { AlertMessage, AlertMessenger } from './alert-message.ts';
import type { Observation } from './conditions/observation.ts';
import { observeRate } from './conditions/rate.ts';
import { builtinRules } from './rules/builtin.ts';
import { type AlertRule, ruleDefinition } from './rules/definition.ts';
import { endSilence, insertSilence, type Silence } from './silences/silences.sql.ts';

const START = Date.parse('2026-11-26T00:00:00Z');
const SECOND = 1_000;

let database: TestDatabase;
/** Connections of three replicas. */
let replicas: Database[];
const closing: (() => Promise<void>)[] = [];
let messages: AlertMessage[];

/** Remembers what was committed. */
const messenger: AlertMessenger = {
  enqueue(sql, message) {
    sql.afterCommit(() => messages.push(message));
    return Promise.resolve();
  },
  sendNow: () => Promise.reject(new Error('is not for the engine')),
  isTaken: () => false,
};

function ruleOf(name: string, more: object = {}): AlertRule {
  const words = { severity: 'warning', summary: '{{value}} of {{limit}}', description: 'look there' };
  const condition = { kind: 'threshold', metric: 'm', limit: 1 };
  return { ...ruleDefinition.parse({ ...words, condition, ...more }), name, origin: 'own' };
}

const observed = (state: Observation['state'], labels: Record<string, string> = {}): Observation[] => [
  { labels, state, value: 2, limit: 1 },
];

interface Row {
  readonly state: string;
  readonly evaluations: string;
  readonly flaps: number;
  readonly reopened: number;
  readonly summary: string;
  readonly severity: string;
  readonly end_reason: string | null;
}

const rows = (rule: string): Promise<Row[]> =>
  database.sql.query<Row>('SELECT * FROM app.alerts WHERE rule = $1 ORDER BY started_at', [rule]);

const suppressions = (): Promise<{ reason: string; count: string }[]> =>
  database.sql.query('SELECT reason, count FROM app.alert_suppressions ORDER BY reason');

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  replicas = await Promise.all(
    [1, 2, 3].map(async () => {
      const source = createDataSource(
        { connectionString: database.urls.application },
        { applicationName: 'replica', max: 2 },
        () => undefined,
      );
      await source.initialize();
      closing.push(() => source.destroy());
      return databaseOf(source);
    }),
  );
});

afterAll(async () => {
  for (const close of closing) await close();
  await database.drop();
});

beforeEach(async () => {
  messages = [];
  await database.sql.query('DELETE FROM app.alerts');
  await database.sql.query('DELETE FROM app.alert_silences');
});

describe('the engine on three replicas', () => {
  it('makes of 10,000 evaluations of a flapping condition one alert and one message, and counts what it kept quiet', async () => {
    const rule = ruleOf('Flapping', { forSeconds: 60, keepFiringSeconds: 120 });
    const engines = replicas.map((replica) => new AlertEngine(replica, messenger));
    // It holds for a minute, then it comes and goes with each look of any replica.
    let looks = 0;
    const evaluateAll = async (engine: AlertEngine): Promise<void> => {
      while (looks < 10_000) {
        const look = looks++;
        const state = look < 16 || look % 2 === 0 ? 'breached' : 'clear';
        await engine.evaluate(rule, observed(state), START + look * 5 * SECOND);
      }
    };
    await Promise.all(engines.map(evaluateAll));
    const [alert, ...others] = await rows('Flapping');
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ state: 'firing', reopened: 0 });
    expect(messages.map(({ transition, number }) => [transition, number])).toEqual([['firing', 1]]);
    const [flapping, ...rest] = await suppressions();
    expect(rest).toEqual([]);
    // An evaluation that came late for its replica changes nothing, so not every flap is seen; none is seen twice.
    expect(Number(flapping?.count)).toBe(alert?.flaps);
    expect(Number(flapping?.count)).toBeGreaterThan(2_000);
    expect(Number(flapping?.count)).toBeLessThanOrEqual(5_000);
  }, 180_000);

  it('tells one firing and one resolved to whatever number of engines that look at the same moment', async () => {
    const rule = ruleOf('AtOnce', { forSeconds: 0, keepFiringSeconds: 0 });
    const engines = replicas.map((replica) => new AlertEngine(replica, messenger));
    for (const [at, state] of [
      [0, 'breached'],
      [5, 'breached'],
      [10, 'clear'],
      [15, 'clear'],
    ] as const)
      await Promise.all(engines.map((engine) => engine.evaluate(rule, observed(state), START + at * SECOND)));
    expect(messages.map(({ transition }) => transition)).toEqual(['firing', 'resolved']);
    expect(await rows('AtOnce')).toMatchObject([
      { state: 'resolved', end_reason: 'clear', summary: '2 of 1' },
    ]);
  });

  it('tells what flaps slowly less and less often, in one alert', async () => {
    const rule = ruleOf('Slow', { forSeconds: 0, keepFiringSeconds: 60, cooldownSeconds: 900 });
    const engine = new AlertEngine(database.sql, messenger);
    // Five minutes of trouble, five without, for a day.
    for (let minute = 0; minute < 24 * 60; minute += 1)
      await engine.evaluate(
        rule,
        observed(minute % 10 < 5 ? 'breached' : 'clear'),
        START + minute * 60 * SECOND,
      );
    expect(await rows('Slow')).toHaveLength(1);
    // 144 times it came back; without a cool-down people would have been told 288 times.
    expect(messages.length).toBeLessThan(30);
    const [cooldown] = await suppressions();
    expect(cooldown).toMatchObject({ reason: 'cooldown' });
    expect(
      Number(cooldown?.count) + messages.filter(({ transition }) => transition === 'firing').length,
    ).toBe(144);
  }, 60_000);
});

describe('what people want to hear', () => {
  const engine = (): AlertEngine => new AlertEngine(database.sql, messenger);
  const silence = (matchers: Record<string, string>, from: number, to: number): Silence => ({
    id: crypto.randomUUID(),
    matchers,
    startsAt: new Date(START + from * SECOND),
    endsAt: new Date(START + to * SECOND),
    comment: 'planned',
    createdAt: new Date(START),
    createdBy: null,
  });

  it('is nothing under a silence that fits, and comes when that ends', async () => {
    const rule = ruleOf('Silenced', { forSeconds: 0 });
    await insertSilence(database.sql, silence({ rule: 'Silenced', mount: '/data' }, 0, 60));
    await insertSilence(database.sql, silence({ rule: 'Other' }, 0, 600));
    await engine().evaluate(rule, observed('breached', { mount: '/data' }), START);
    await engine().evaluate(rule, observed('breached', { mount: '/data' }), START + 30 * SECOND);
    expect(messages).toEqual([]);
    expect(await suppressions()).toEqual([{ reason: 'silenced', count: '1' }]);
    await engine().evaluate(rule, observed('breached', { mount: '/data' }), START + 60 * SECOND);
    expect(messages.map(({ transition }) => transition)).toEqual(['firing']);
  });

  it('comes through a silence that was ended early', async () => {
    const one = silence({ severity: 'warning' }, 0, 600);
    await insertSilence(database.sql, one);
    const rule = ruleOf('Ended', { forSeconds: 0 });
    await engine().evaluate(rule, observed('breached'), START + SECOND);
    expect(messages).toEqual([]);
    expect(await endSilence(database.sql, one.id, new Date(START + 2 * SECOND))).toBe(true);
    expect(await endSilence(database.sql, one.id, new Date(START + 3 * SECOND))).toBe(false);
    await engine().evaluate(rule, observed('breached'), START + 4 * SECOND);
    expect(messages).toHaveLength(1);
  });

  it('is the cause, not what follows from it', async () => {
    const cause = ruleOf('Cause', { forSeconds: 0, keepFiringSeconds: 0 });
    const symptom = ruleOf('Symptom', { forSeconds: 0, inhibitedBy: ['Cause'] });
    await engine().evaluate(cause, observed('breached'), START);
    await engine().evaluate(symptom, observed('breached'), START);
    expect(messages.map(({ rule }) => rule)).toEqual(['Cause']);
    await engine().evaluate(cause, observed('clear'), START + SECOND);
    // A minute of the cause is what the symptom sees: told is what goes on without it.
    for (const at of [1, 30, 60]) await engine().evaluate(symptom, observed('breached'), START + at * SECOND);
    expect(messages.map(({ rule, transition }) => [rule, transition])).toEqual([
      ['Cause', 'firing'],
      ['Cause', 'resolved'],
    ]);
    await engine().evaluate(symptom, observed('breached'), START + 61 * SECOND);
    expect(messages.slice(2).map(({ rule, transition }) => [rule, transition])).toEqual([
      ['Symptom', 'firing'],
    ]);
  });

  it('is not that the requests of an outage failed, two minutes after people heard of its end', async () => {
    const rules = builtinRules(3_600, 900);
    const named = (name: string): AlertRule => rules.find((rule) => rule.name === name) ?? ruleOf(name);
    const failing = named('RequestsFailing');
    const [outage, end] = [240, 900];
    const cause = (at: number): Observation[] => observed(at < outage ? 'breached' : 'clear');
    // 60 requests failed, and all stand in the first frame that could be stored.
    const symptom = (at: number): Observation[] =>
      failing.condition.kind === 'rate'
        ? observeRate(failing.condition, [
            {
              kind: 'counter',
              labels: {},
              points:
                at - failing.condition.windowSeconds < outage + 15 ? [{ at: outage + 15, value: 60 }] : [],
            },
          ])
        : [];
    for (let at = 0; at <= end; at += 15) {
      await engine().evaluate(named('DatabaseDown'), cause(at), START + at * SECOND);
      // Nothing can be judged while the database is away.
      if (at > outage) await engine().evaluate(failing, symptom(at), START + at * SECOND);
    }
    expect(await rows('RequestsFailing')).toMatchObject([{ state: 'resolved' }]);
    expect(messages.map(({ rule, transition }) => [rule, transition])).toEqual([
      ['DatabaseDown', 'firing'],
      ['DatabaseDown', 'resolved'],
    ]);
  });

  it('of a component is not what another rule says better, and goes not over the channel that it is of', async () => {
    const rule = {
      ...ruleOf('ComponentDegraded', { forSeconds: 0, keepFiringSeconds: 0 }),
      exceptChannelOf: 'component',
    };
    const failing = ruleOf('NotificationChannelFailing', { forSeconds: 60, keepFiringSeconds: 0 });
    const all = ['mail', 'webhook', 'market-data'].flatMap((component) =>
      observed('breached', { component }),
    );
    // It has not even fired yet.
    await engine().evaluate(failing, observed('breached', { channel: 'webhook' }), START);
    await engine().evaluate(rule, all, START + SECOND);
    expect(messages.map(({ labels, exceptChannels }) => [labels['component'], exceptChannels])).toEqual([
      ['mail', ['email']],
      ['market-data', []],
    ]);
    await engine().evaluate(failing, observed('clear', { channel: 'webhook' }), START + 2 * SECOND);
    await engine().evaluate(rule, all, START + 3 * SECOND);
    expect(messages.slice(2)).toMatchObject([
      { labels: { component: 'webhook' }, exceptChannels: ['webhook'] },
    ]);
  });

  it('is told again, as critical, when nobody acknowledged it', async () => {
    const rule = ruleOf('Ignored', { forSeconds: 0, escalateAfterSeconds: 600 });
    for (const at of [0, 300, 600, 900])
      await engine().evaluate(rule, observed('breached'), START + at * SECOND);
    expect(messages.map(({ transition, severity }) => [transition, severity])).toEqual([
      ['firing', 'warning'],
      ['escalated', 'critical'],
    ]);
    expect(await rows('Ignored')).toMatchObject([{ severity: 'critical' }]);
  });

  it('is with the end of one alert whether others of the rule go on, as far as they go over the same channels', async () => {
    const rule = { ...ruleOf('Group', { forSeconds: 0, keepFiringSeconds: 0 }), exceptChannelOf: 'channel' };
    const look = (at: number, states: Readonly<Record<string, Observation['state']>>): Promise<void> =>
      engine().evaluate(
        rule,
        Object.entries(states).map(([thing, state]) => ({
          labels: thing === 'email' ? { channel: thing } : { thing },
          state,
        })),
        START + at * SECOND,
      );
    await look(0, { a: 'breached', b: 'breached', email: 'breached' });
    await look(1, { a: 'clear', b: 'breached', email: 'breached' });
    await look(2, { a: 'clear', b: 'clear', email: 'breached' });
    expect(messages.slice(3).map(({ labels, groupStatus }) => [labels['thing'], groupStatus])).toEqual([
      ['a', 'firing'],
      ['b', 'resolved'],
    ]);
    await look(3, { email: 'clear' });
    expect(messages[5]).toMatchObject({ groupStatus: 'resolved', exceptChannels: ['email'] });
  });

  it('is the end of an alert whose rule was switched off', async () => {
    const rule = ruleOf('Removed', { forSeconds: 0 });
    await engine().evaluate(rule, observed('breached'), START);
    await engine().retire(rule, START + SECOND);
    await engine().retire(rule, START + 2 * SECOND);
    expect(messages.map(({ transition }) => transition)).toEqual(['firing', 'resolved']);
    expect(await rows('Removed')).toMatchObject([{ state: 'resolved', end_reason: 'rule-removed' }]);
  });

  it('is what came back, although somebody looked after it when it was there before', async () => {
    const rule = ruleOf('Again', { forSeconds: 0, keepFiringSeconds: 0, cooldownSeconds: 60 });
    const acknowledged = (): Promise<object[]> =>
      database.sql.query('SELECT acknowledged_at, acknowledgement FROM app.alerts');
    await engine().evaluate(rule, observed('breached'), START);
    await database.sql.query(
      `UPDATE app.alerts SET acknowledged_at = $1, acknowledgement = 'I am at it' WHERE rule = 'Again'`,
      [new Date(START + SECOND)],
    );
    await engine().evaluate(rule, observed('breached'), START + 2 * SECOND);
    expect(await acknowledged()).toMatchObject([{ acknowledgement: 'I am at it' }]);
    await engine().evaluate(rule, observed('clear'), START + 3 * SECOND);
    expect(await acknowledged()).toMatchObject([{ acknowledgement: 'I am at it' }]);
    await engine().evaluate(rule, observed('breached'), START + 30 * SECOND);
    expect(await rows('Again')).toMatchObject([{ state: 'firing', reopened: 1 }]);
    expect(await acknowledged()).toEqual([{ acknowledged_at: null, acknowledgement: null }]);
  });

  it('is nothing of what only ever was pending', async () => {
    const rule = ruleOf('Brief', { forSeconds: 60 });
    await engine().evaluate(rule, observed('breached'), START);
    expect(await rows('Brief')).toMatchObject([{ state: 'pending' }]);
    await engine().evaluate(rule, observed('clear'), START + SECOND);
    expect(await rows('Brief')).toEqual([]);
    expect(messages).toEqual([]);
  });

  it('of a rule that holds for thousands of things is told a hundred times', async () => {
    const rule = ruleOf('Many', { forSeconds: 0 });
    const many = Array.from({ length: 3_000 }, (_, index) => ({
      labels: { thing: String(index) },
      state: 'breached' as const,
    }));
    await engine().evaluate(rule, many, START);
    expect(await rows('Many')).toHaveLength(100);
    expect(messages).toHaveLength(100);
  });

  it('holds no secrets, whatever it was made of', async () => {
    const rule = ruleOf('Secret', { forSeconds: 0, description: '{{detail}}' });
    const detail = 'cannot connect to postgresql://stock:hunter22hunter22@db/stock';
    await engine().evaluate(rule, [{ labels: {}, state: 'breached', detail }], START);
    const [alert] = await database.sql.query<{ description: string }>('SELECT description FROM app.alerts');
    expect(alert?.description).toContain('cannot connect to');
    expect(alert?.description).not.toContain('hunter22');
    expect(messages[0]?.description).toBe(alert?.description);
  });

  it('stays as it was when the message cannot be stored', async () => {
    const failing: AlertMessenger = {
      ...messenger,
      enqueue: () => Promise.reject(new Error('no room')),
    };
    const rule = ruleOf('Unstored', { forSeconds: 0 });
    await expect(
      new AlertEngine(database.sql, failing).evaluate(rule, observed('breached'), START),
    ).rejects.toThrow('no room');
    expect(await rows('Unstored')).toEqual([]);
  });
});
