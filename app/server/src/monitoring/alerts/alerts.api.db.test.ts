import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKey, createUser, type PrincipalHeaders, type TestUser } from '../../testing/principals.ts';
import { createEmptyApplication, type TestApplication } from '../../testing/test-application.ts';
import type { AlertEngine } from './alert-engine.ts';
import { type AlertRule, ruleDefinition } from './rules/definition.ts';
import { testEngine } from './testing/test-engine.ts';
import { silencesAt, silencesFrom } from './silences/silences.sql.ts';

const START = Date.parse('2026-11-26T00:00:00Z');
const SECOND = 1_000;

let application: TestApplication;
let operator: TestUser;
let reader: PrincipalHeaders;
let engine: AlertEngine;

beforeAll(async () => {
  application = await createEmptyApplication();
  operator = await createUser(application.app, 'operator');
  reader = await createKey(application.app, operator.id, ['monitoring:read']);
  engine = testEngine(application.database.sql);
});
afterAll(() => application.close());
beforeEach(async () => {
  for (const table of ['alerts', 'alert_silences', 'alert_rules'])
    await application.database.sql.query(`DELETE FROM app.${table}`);
});

type Method = 'get' | 'post' | 'put' | 'delete';
const ask = (method: Method, path: string, body?: object, headers: PrincipalHeaders = operator.session) => {
  const asked = request(application.app.getHttpServer())[method](`/monitoring/${path}`).set(headers);
  return body === undefined ? asked : asked.send(body);
};

function ruleOf(name: string, more: object = {}): AlertRule {
  return {
    ...ruleDefinition.parse({
      severity: 'warning',
      summary: 'too much of {{labels.thing}}',
      description: 'look there',
      condition: { kind: 'threshold', metric: 'm', limit: 1 },
      forSeconds: 0,
      keepFiringSeconds: 0,
      ...more,
    }),
    name,
    origin: 'own',
  };
}

/** An alert about each of these things, a second apart; the oldest first. */
async function fire(rule: AlertRule, things: readonly string[]): Promise<void> {
  for (const index of things.keys())
    await engine.evaluate(
      rule,
      things
        .slice(0, index + 1)
        .map((one) => ({ labels: { thing: one }, state: 'breached', value: 2, limit: 1 })),
      START + index * SECOND,
    );
}

const WORDS = {
  severity: 'warning',
  summary: '{{value}} things sold a minute',
  description: 'look at the shop',
  condition: { kind: 'rate', metric: 'stock_analysis_sold_total', limit: 10 },
};

describe('/monitoring/alerts', () => {
  it('shows alerts newest first, page after page, and each once', async () => {
    await fire(ruleOf('Many'), ['a', 'b', 'c', 'd', 'e']);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await ask(
        'get',
        `alerts?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
        undefined,
        reader,
      );
      expect(page.status).toBe(200);
      seen.push(...page.body.items.map((alert: { labels: { thing: string } }) => alert.labels.thing));
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('filters by state, severity, rule and time', async () => {
    await fire(ruleOf('Over'), ['x']);
    await engine.evaluate(ruleOf('Over'), [{ labels: { thing: 'x' }, state: 'clear' }], START + 60 * SECOND);
    await fire(ruleOf('Now', { severity: 'critical' }), ['y']);
    const rules = async (query: string): Promise<string[]> =>
      (await ask('get', `alerts?${query}`)).body.items.map(({ rule }: { rule: string }) => rule);
    expect(await rules('state=active')).toEqual(['Now']);
    expect(await rules('state=resolved')).toEqual(['Over']);
    expect(await rules('severity=critical')).toEqual(['Now']);
    expect(await rules('rule=Over')).toEqual(['Over']);
    expect(await rules('from=2026-11-27T00:00:00Z')).toEqual([]);
    expect((await rules('to=2026-11-27T00:00:00Z')).toSorted()).toEqual(['Now', 'Over']);
  });

  it('tells of an alert what was seen, told and kept quiet', async () => {
    await fire(ruleOf('One'), ['a']);
    const { body } = await ask('get', 'alerts?rule=One');
    expect(body.items).toMatchObject([
      {
        ...{
          rule: 'One',
          severity: 'warning',
          state: 'firing',
          labels: { thing: 'a' },
          summary: 'too much of a',
        },
        ...{ value: 2, limit: 1, startsAt: new Date(START).toISOString(), endsAt: null, messages: 1 },
        ...{ evaluations: 1, suppressed: [], acknowledgedAt: null },
      },
    ]);
    const one = await ask('get', `alerts/${body.items[0].id}`);
    expect(one.body).toEqual(body.items[0]);
  });

  it('takes an acknowledgement once, and none of what is over', async () => {
    const rule = ruleOf('Known', { escalateAfterSeconds: 60 });
    await fire(rule, ['a']);
    const [{ id }] = (await ask('get', 'alerts?rule=Known')).body.items;
    const done = await ask('post', `alerts/${id}/acknowledge`, { comment: 'I look at it' });
    expect(done.body).toMatchObject({ acknowledgedBy: operator.id, acknowledgement: 'I look at it' });
    const again = await ask('post', `alerts/${id}/acknowledge`, { comment: 'me too' });
    expect(again.body).toMatchObject({ acknowledgement: 'I look at it' });
    await engine.evaluate(rule, [{ labels: { thing: 'a' }, state: 'breached' }], START + 120 * SECOND);
    expect((await ask('get', `alerts/${id}`)).body).toMatchObject({ escalatedAt: null, severity: 'warning' });
    await engine.evaluate(rule, [{ labels: { thing: 'a' }, state: 'clear' }], START + 130 * SECOND);
    expect((await ask('post', `alerts/${id}/acknowledge`, { comment: 'too late' })).status).toBe(409);
    expect((await ask('post', `alerts/${id}/acknowledge`, { comment: 'key' }, reader)).status).toBe(403);
  });

  it('tells of one that came back since when it is the case again, and keeps how long somebody took before', async () => {
    const rule = ruleOf('Back', { cooldownSeconds: 600 });
    const look = (state: 'breached' | 'clear', second: number): Promise<void> =>
      engine.evaluate(rule, [{ labels: { thing: 'a' }, state }], START + second * SECOND);
    await look('breached', 0);
    const [{ id }] = (await ask('get', 'alerts?rule=Back')).body.items;
    const acknowledge = () => ask('post', `alerts/${id}/acknowledge`, { comment: 'I look at it' });
    const seconds = async (): Promise<unknown> =>
      (await application.database.sql.query('SELECT seconds_to_acknowledge FROM app.alerts'))[0];
    expect((await acknowledge()).status).toBe(200);
    const first = await seconds();
    expect(first).toEqual({ seconds_to_acknowledge: expect.any(Number) });
    // The alert is of another day than the test, and whoever looked after it, too.
    await application.database.sql.query('UPDATE app.alerts SET acknowledged_at = $1', [
      new Date(START + 30 * SECOND),
    ]);
    await look('clear', 60);
    await look('breached', 120);
    const instant = (second: number): string => new Date(START + second * SECOND).toISOString();
    expect((await ask('get', `alerts/${id}`)).body).toMatchObject({
      ...{ startsAt: instant(0), firstFiredAt: instant(0), firedAt: instant(120), acknowledgedAt: null },
    });
    expect((await acknowledge()).body).toMatchObject({ acknowledgement: 'I look at it' });
    expect(await seconds()).toEqual(first);
  });

  it.each([
    ['alerts?state=gone', 'state'],
    ['alerts?cursor=bm9uZQ', 'cursor'],
    ['alerts?from=2026-11-27T00:00:00Z&to=2026-11-26T00:00:00Z', 'from'],
    ['alerts?limit=0', 'limit'],
    ['alerts/none', 'id'],
  ])('refuses %s', async (path, parameter) => {
    const answer = await ask('get', path);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].parameter).toBe(parameter);
  });
});

const DOWN = { rule: 'DatabaseDown' };

describe('/monitoring/silences', () => {
  it('can be announced, hold from then on, and say how many alerts that are the case they fit', async () => {
    const condition = { kind: 'threshold', metric: 'm', limit: 1, by: ['thing'] };
    expect((await ask('put', 'rules/Things', { ...WORDS, condition, summary: 's' })).status).toBe(200);
    await fire(ruleOf('Things'), ['a', 'b', 'c']);
    await engine.evaluate(
      ruleOf('Things'),
      [{ labels: { thing: 'c' }, state: 'clear' }],
      START + 60 * SECOND,
    );
    const startsAt = new Date(Date.now() + 3_600_000).toISOString();
    const endsAt = new Date(Date.now() + 7_200_000).toISOString();
    const make = (more: object) => ask('post', 'silences', { startsAt, endsAt, comment: 'tonight', ...more });
    const all = await make({ matchers: { rule: 'Things' } });
    expect(all.body).toMatchObject({ startsAt, endsAt, activeAlerts: 2 });
    expect((await make({ matchers: { thing: 'a' } })).body).toMatchObject({ activeAlerts: 1 });
    const listed = (await ask('get', 'silences')).body.items;
    expect(listed.map((one: { activeAlerts: number }) => one.activeAlerts).toSorted()).toEqual([1, 2]);
    const at = async (moment: string): Promise<number> =>
      (await silencesAt(application.database.sql, new Date(moment))).length;
    expect([await at(new Date().toISOString()), await at(startsAt), await at(endsAt)]).toEqual([0, 2, 0]);
    expect(await silencesFrom(application.database.sql, new Date())).toHaveLength(2);
    // One that has not begun is gone.
    expect((await ask('delete', `silences/${all.body.id}`)).status).toBe(204);
    expect((await ask('get', 'silences')).body.items).toHaveLength(1);
    // What is over has no say in when it begins.
    const late = await ask('post', 'silences', {
      ...{ matchers: DOWN, minutes: 5, comment: 'now', startsAt: '2020-01-01T00:00:00Z' },
    });
    expect(Date.parse(late.body.endsAt) - Date.now()).toBeGreaterThan(280_000);
  });

  it('keeps alerts quiet until it is ended', async () => {
    const made = await ask('post', 'silences', {
      matchers: { rule: 'DatabaseDown' },
      minutes: 60,
      comment: 'moving',
    });
    expect(made.status).toBe(201);
    const listed = await ask('get', 'silences', undefined, reader);
    expect(listed.body.items).toEqual([made.body]);
    expect((await ask('delete', `silences/${made.body.id}`)).status).toBe(204);
    expect((await ask('delete', `silences/${made.body.id}`)).status).toBe(404);
  });

  it.each([
    [{ matchers: {}, minutes: 5, comment: 'why' }, 'matchers'],
    [{ matchers: { 'no label': 'x' }, minutes: 5, comment: 'why' }, 'matchers'],
    [{ matchers: { rule: 5 }, minutes: 5, comment: 'why' }, 'matchers.rule'],
    [{ matchers: { rule: 'One', severity: 'urgent' }, minutes: 5, comment: 'why' }, 'matchers.severity'],
    [{ matchers: { alertname: 'One' }, minutes: 5, comment: 'why' }, 'matchers.alertname'],
    [{ matchers: { rule: 'DatabaseDwon' }, minutes: 5, comment: 'why' }, 'matchers.rule'],
    [
      { matchers: { rule: 'ComponentDegraded', namespace: 'research' }, minutes: 5, comment: 'why' },
      'matchers.namespace',
    ],
    [{ matchers: DOWN, minutes: 0, comment: 'why' }, 'minutes'],
    [{ matchers: DOWN, minutes: 5, comment: ' ' }, 'comment'],
    [{ matchers: DOWN, comment: 'why' }, 'endsAt'],
    [{ matchers: DOWN, minutes: 5, endsAt: '2100-01-01T00:00:00Z', comment: 'why' }, 'endsAt'],
    [{ matchers: DOWN, endsAt: '2020-01-01T00:00:00Z', comment: 'why' }, 'endsAt'],
    [{ matchers: DOWN, endsAt: '2100-01-01T00:00:00Z', comment: 'why' }, 'endsAt'],
    [{ matchers: DOWN, startsAt: '2100-01-01T00:00:00Z', minutes: 5, comment: 'why' }, 'startsAt'],
    [{ matchers: DOWN, startsAt: 'tonight', minutes: 5, comment: 'why' }, 'startsAt'],
  ])('refuses %j', async (body, parameter) => {
    const answer = await ask('post', 'silences', body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].parameter).toBe(parameter);
  });
});

describe('/monitoring/rules', () => {
  const named = async (name: string): Promise<{ origin: string; isEnabled: boolean } | undefined> =>
    (await ask('get', 'rules', undefined, reader)).body.items.find(
      (rule: { name: string }) => rule.name === name,
    );

  it('are those of the platform, and what people make and change of them', async () => {
    expect(await named('DatabaseDown')).toMatchObject({ origin: 'builtin', isEnabled: true });
    const made = await ask('put', 'rules/SoldTooMuch', WORDS);
    expect(made.body).toMatchObject({ name: 'SoldTooMuch', origin: 'own', forSeconds: 60, isEnabled: true });
    await ask('put', 'rules/DatabaseDown', { ...WORDS, isEnabled: false });
    expect(await named('DatabaseDown')).toMatchObject({ origin: 'changed', isEnabled: false });
    expect((await ask('delete', 'rules/DatabaseDown')).status).toBe(204);
    expect(await named('DatabaseDown')).toMatchObject({ origin: 'builtin', isEnabled: true });
    expect((await ask('delete', 'rules/DatabaseDown')).status).toBe(404);
    expect((await ask('delete', 'rules/SoldTooMuch')).status).toBe(204);
    expect(await named('SoldTooMuch')).toBeUndefined();
  });

  it('mean what is left out: of the platform what was built, and that what is critical is escalated', async () => {
    const critical = { ...WORDS, severity: 'critical' };
    const down = await ask('put', 'rules/DatabaseDown', { ...critical, forSeconds: 60 });
    expect(down.body).toMatchObject({
      ...{ forSeconds: 60, keepFiringSeconds: 30, cooldownSeconds: 300, escalateAfterSeconds: 3_600 },
    });
    const slow = await ask('put', 'rules/AnswersSlow', WORDS);
    expect(slow.body).toMatchObject({
      forSeconds: 300,
      escalateAfterSeconds: 0,
      inhibitedBy: ['DatabaseDown'],
    });
    const own = await ask('put', 'rules/SoldTooMuch', critical);
    expect(own.body).toMatchObject({
      ...{ forSeconds: 60, cooldownSeconds: 900, escalateAfterSeconds: 3_600, inhibitedBy: [] },
    });
    const never = { ...critical, escalateAfterSeconds: 0, inhibitedBy: [] };
    for (const name of ['SoldTooMuch', 'RequestsFailing'])
      expect((await ask('put', `rules/${name}`, never)).body).toMatchObject({
        ...{ escalateAfterSeconds: 0, inhibitedBy: [] },
      });
  });

  it('are written with a warning where nothing is recorded of what they are about', async () => {
    const { status, body } = await ask('put', 'rules/SoldTooMuch', WORDS);
    expect(status).toBe(200);
    expect(body.warnings).toEqual([
      expect.stringContaining('nothing named stock_analysis_sold_total has been recorded'),
    ]);
    const condition = { kind: 'component', component: 'disk' };
    expect((await ask('put', 'rules/SoldTooMuch', { ...WORDS, condition })).body.warnings).toEqual([]);
  });

  it.each([
    ['rules/lower', WORDS, 'name'],
    ['rules/Fine', { ...WORDS, severity: 'bad' }, 'severity'],
    ['rules/Fine', { ...WORDS, condition: { kind: 'rate', metric: 'm' } }, 'condition.limit'],
    ['rules/Fine', { ...WORDS, condition: { ...WORDS.condition, other: 1 } }, 'condition'],
    ['rules/Fine', { ...WORDS, condition: 'rate' }, 'condition'],
    ['rules/Fine', { ...WORDS, forSeconds: -1 }, 'forSeconds'],
    ['rules/Fine', { ...WORDS, forSeconds: null }, 'forSeconds'],
    ['rules/Fine', { ...WORDS, nothing: 1 }, 'nothing'],
    ['rules/Fine', { ...WORDS, inhibitedBy: ['DatabaseDown', 'Fine'] }, 'inhibitedBy.1'],
    ['rules/Fine', { ...WORDS, inhibitedBy: ['NoSuch'] }, 'inhibitedBy.0'],
    [
      'rules/Fine',
      { ...WORDS, condition: { kind: 'component', component: 'toaster' } },
      'condition.component',
    ],
  ])('refuses %s %j', async (path, body, parameter) => {
    const answer = await ask('put', path, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].parameter).toBe(parameter);
  });
});
