import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDataSource } from '../../database/data-source.ts';
import { type Database, databaseOf } from '../../database/sql.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import type { AlertEngine } from './alert-engine.ts';
import type { AlertMessage, AlertMessenger } from './alert-message.ts';
import type { Observation } from './conditions/observation.ts';
import { observeRatio } from './conditions/ratio.ts';
import { builtinRules } from './rules/builtin.ts';
import { type AlertRule, ruleDefinition } from './rules/definition.ts';
import { endSilence, insertSilence, type Silence } from './silences/silences.sql.ts';
import { testEngine } from './testing/test-engine.ts';

const START = Date.parse('2026-11-26T00:00:00Z');
const SECOND = 1_000;

let database: TestDatabase;
/** Connections of three replicas. */
let replicas: Database[];
const closing: (() => Promise<void>)[] = [];
let messages: AlertMessage[];
/** That there are. */
let channels: string[] = ['email', 'webhook'];

/** Remembers what was committed. */
const messenger: AlertMessenger = {
  reach: () =>
    Promise.resolve(({ exceptChannels }) => channels.some((name) => !exceptChannels.includes(name))),
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
  channels = ['email', 'webhook'];
  await database.sql.query('DELETE FROM app.alerts');
  await database.sql.query('DELETE FROM app.alert_silences');
});

describe('the engine on three replicas', () => {
  it('makes of 10,000 evaluations of a flapping condition one alert and one message, and counts what it kept quiet', async () => {
    const rule = ruleOf('Flapping', { forSeconds: 60, keepFiringSeconds: 120 });
    const engines = replicas.map((replica) => testEngine(replica, messenger));
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
    const engines = replicas.map((replica) => testEngine(replica, messenger));
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
    const engine = testEngine(database.sql, messenger);
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

describe('what nobody saw', () => {
  const engine = (): AlertEngine => testEngine(database.sql, messenger);
  const look = async (rule: AlertRule, at: number, state?: Observation['state']): Promise<void> =>
    engine().evaluate(rule, state === undefined ? [] : observed(state), START + at * SECOND);
  const told = (): string[] => messages.map(({ transition }) => transition);

  it('is no end of an alert: what counts is for how long somebody looked and learnt nothing', async () => {
    const rule = ruleOf('Gap', { forSeconds: 0 });
    await look(rule, 0, 'breached');
    // The database was away, and the first evaluation comes before the first sample.
    await look(rule, 1_200);
    expect(await rows('Gap')).toMatchObject([{ state: 'firing' }]);
    await look(rule, 1_260, 'breached');
    for (let at = 1_320; at < 2_220; at += 60) await look(rule, at);
    expect(told()).toEqual(['firing']);
    // Each gap counts as three evaluations at most.
    await look(rule, 5_000);
    expect(await rows('Gap')).toMatchObject([{ state: 'resolved', end_reason: 'no-data' }]);
    expect(messages[1]).toMatchObject({ transition: 'resolved', endReason: 'no-data' });
  });

  it('does not ripen what was pending, nor end what was about to', async () => {
    const rule = ruleOf('Ripe', { forSeconds: 300, keepFiringSeconds: 300 });
    await look(rule, 0, 'breached');
    await look(rule, 3_600, 'breached');
    expect(await rows('Ripe')).toMatchObject([{ state: 'pending' }]);
    await look(rule, 3_720, 'breached');
    expect(told()).toEqual(['firing']);
    await look(rule, 3_780, 'clear');
    await look(rule, 7_200, 'clear');
    expect(told()).toEqual(['firing']);
    await look(rule, 7_320, 'clear');
    expect(told()).toEqual(['firing', 'resolved']);
  });
});

describe('a clock that is wrong', () => {
  const AHEAD = 8 * 3_600;
  const engineAt = (at: number): AlertEngine =>
    testEngine(database.sql, messenger, { now: () => new Date(START + at * SECOND) });
  const look = (rule: AlertRule, at: number, state: Observation['state']): Promise<void> =>
    engineAt(at).evaluate(rule, observed(state), START + at * SECOND);

  it('does not keep what it made fire from ending', async () => {
    const rule = ruleOf('Ahead', { forSeconds: 0, keepFiringSeconds: 60 });
    await look(rule, AHEAD, 'breached');
    await look(rule, AHEAD + 60, 'clear');
    for (const at of [0, 60]) await look(rule, at, 'clear');
    expect(messages.map(({ transition }) => transition)).toEqual(['firing', 'resolved']);
    expect(messages[1]).toMatchObject({ startsAt: START, endsAt: START + 60 * SECOND });
    expect(await rows('Ahead')).toMatchObject([{ state: 'resolved' }]);
  });

  it.each([0, 300])('does not swallow what comes next (cool-down %i s)', async (cooldownSeconds) => {
    const rule = ruleOf('Next', { forSeconds: 0, keepFiringSeconds: 0, cooldownSeconds });
    await look(rule, AHEAD, 'breached');
    await look(rule, AHEAD + 60, 'clear');
    messages = [];
    for (let at = 0; at <= 300; at += 60) await look(rule, at, 'breached');
    expect(messages.map(({ transition, startsAt }) => [transition, startsAt])).toEqual([['firing', START]]);
  });

  it('does not keep the symptoms of what it ended quiet', async () => {
    const cause = ruleOf('Cause', { forSeconds: 0, keepFiringSeconds: 0 });
    await look(cause, AHEAD, 'breached');
    await look(cause, AHEAD + 60, 'clear');
    messages = [];
    await look(ruleOf('Symptom', { forSeconds: 0, inhibitedBy: ['Cause'] }), 0, 'breached');
    expect(messages.map(({ rule }) => rule)).toEqual(['Symptom']);
  });

  it('is not that of an engine that comes late', async () => {
    const rule = ruleOf('Late', { forSeconds: 0 });
    await look(rule, 600, 'breached');
    await engineAt(600).evaluate(rule, observed('clear'), START);
    expect(await database.sql.query('SELECT clear_since FROM app.alerts')).toEqual([{ clear_since: null }]);
  });
});

describe('what people want to hear', () => {
  const engine = (): AlertEngine => testEngine(database.sql, messenger);
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
    const debug = vi.spyOn(Logger.prototype, 'debug');
    await engine().evaluate(rule, observed('breached', { mount: '/data' }), START);
    await engine().evaluate(rule, observed('breached', { mount: '/data' }), START + 30 * SECOND);
    expect(messages).toEqual([]);
    expect(await suppressions()).toEqual([{ reason: 'silenced', count: '1' }]);
    // The log of whoever looks closer says why nobody was told.
    const since = new Date(START).toISOString();
    const said = { state: 'firing', since, told: 'nothing', heldBy: 'silenced', value: 2, limit: 1 };
    const line = [expect.objectContaining(said), 'Silenced [["mount","/data"]]'];
    expect(debug.mock.calls).toEqual([line, line]);
    debug.mockRestore();
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

  it('is the end of what they were told before a silence', async () => {
    const rule = ruleOf('Known', { forSeconds: 0, keepFiringSeconds: 0 });
    await engine().evaluate(rule, observed('breached'), START);
    await insertSilence(database.sql, silence({ rule: 'Known' }, 1, 600));
    await engine().evaluate(rule, observed('clear'), START + 60 * SECOND);
    expect(messages.map(({ transition }) => transition)).toEqual(['firing', 'resolved']);
  });

  it('is what lasts, although it came and went before, and since when it does', async () => {
    const rule = ruleOf('Lasting', { forSeconds: 30, keepFiringSeconds: 30, cooldownSeconds: 300 });
    const isDown = (at: number): boolean => at >= 525 || at % 105 < 45;
    for (let at = 0; at <= 1_200; at += 15)
      await engine().evaluate(rule, observed(isDown(at) ? 'breached' : 'clear'), START + at * SECOND);
    expect(messages.map(({ transition, startsAt }) => [transition, (startsAt - START) / SECOND])).toEqual([
      ['firing', 30],
      ['resolved', 30],
      ['firing', 555],
    ]);
    const [row] = await database.sql.query<{ first_fired_at: Date; reopened: number }>(
      'SELECT first_fired_at, reopened FROM app.alerts',
    );
    expect(row).toEqual({ first_fired_at: new Date(START + 30 * SECOND), reopened: 5 });
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
    const [outage, end] = [240, 1_200];
    const cause = (at: number): Observation[] => observed(at < outage ? 'breached' : 'clear');
    // 60 requests failed, and all stand in the first frame that could be stored.
    const symptom = (at: number): Observation[] =>
      failing.condition.kind === 'ratio'
        ? observeRatio(failing.condition, [
            { kind: 'counter', labels: { status_class: '2xx' }, points: [{ at, value: 60 }] },
            {
              kind: 'counter',
              labels: { status_class: '5xx' },
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
    // The same hundred, in whatever order they are seen, for longer than what nothing is said of is kept.
    for (let minute = 1; minute <= 20; minute += 1) {
      const seen = minute % 2 === 0 ? many : many.toReversed();
      await engine().evaluate(rule, seen, START + minute * 60 * SECOND);
    }
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

  it('about the only channel is told to nobody, says so, and is told when there is another channel', async () => {
    channels = ['email'];
    const rule = { ...ruleOf('ChannelFails', { forSeconds: 0 }), exceptChannelOf: 'channel' };
    const failing = observed('breached', { channel: 'email' });
    for (const second of [0, 15, 30]) await engine().evaluate(rule, failing, START + second * SECOND);
    expect(messages).toEqual([]);
    expect(await rows('ChannelFails')).toMatchObject([{ state: 'firing', transition: 0, told: 'nothing' }]);
    expect(await suppressions()).toEqual([{ reason: 'no-channel', count: '1' }]);
    channels = ['email', 'webhook'];
    await engine().evaluate(rule, failing, START + 45 * SECOND);
    expect(messages).toMatchObject([{ transition: 'firing', number: 1, exceptChannels: ['email'] }]);
    // What nobody could be told of ends as quietly.
    channels = [];
    await engine().retire(rule, START + 60 * SECOND);
    expect(messages).toHaveLength(1);
  });

  it('stays as it was when the message cannot be stored', async () => {
    const failing: AlertMessenger = {
      ...messenger,
      enqueue: () => Promise.reject(new Error('no room')),
    };
    const rule = ruleOf('Unstored', { forSeconds: 0 });
    await expect(
      testEngine(database.sql, failing).evaluate(rule, observed('breached'), START),
    ).rejects.toThrow('no room');
    expect(await rows('Unstored')).toEqual([]);
  });
});
