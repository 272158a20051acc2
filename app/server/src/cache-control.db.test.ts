import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeys } from './api-keys/api-keys.service.ts';
import { JobQueue } from './database/job-queue.service.ts';
import { createKey, createUser, type TestUser } from './testing/principals.ts';
import { type Handler, handlersOf } from './testing/routes.ts';
import { createEmptyApplication, type TestApplication } from './testing/test-application.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** What makes a route that wants a body give something away. */
const BODIES: Readonly<Record<string, () => object>> = {
  'POST /api/v1/api-keys': () => ({ name: 'notebook', scopes: ['market:read'] }),
  'POST /api/v1/users': () => ({ username: `user-${randomUUID()}`, role: 'viewer' }),
  'PATCH /api/v1/users/{id}': () => ({ displayName: 'another' }),
  'PATCH /api/v1/account': () => ({ displayName: 'another' }),
  'PUT /api/v1/account/secrets/{kind}/{name}': () => ({ value: 'sk-something' }),
  'POST /monitoring/silences': () => ({ matchers: { rule: 'DatabaseDown' }, minutes: 1, comment: 'moving' }),
  'PUT /monitoring/log-level': () => ({ level: 'debug', minutes: 1, reason: 'looking' }),
  'PUT /monitoring/rules/{name}': () => ({
    ...{ severity: 'info', summary: 's', description: 'd' },
    condition: { kind: 'rate', metric: 'm', limit: 1 },
  }),
};

/** Routes that refuse here, because they need a password, a code or a row that nobody has. */
const REFUSING = [
  'DELETE /api/v1/account/secrets/{kind}/{name}',
  'DELETE /monitoring/silences/{id}',
  'GET /monitoring/alerts/{id}',
  'GET /monitoring/errors/{id}',
  'GET /monitoring/metrics',
  'GET /monitoring/reports/{id}',
  'POST /api/v1/auth/password',
  'POST /api/v1/auth/second-factor/confirm',
  'POST /api/v1/auth/second-factor/recovery-codes',
  'POST /api/v1/auth/step-up',
  'POST /api/v1/notifications/channels/{name}/test',
  'POST /api/v1/notifications/deliveries/{id}/retry',
  'POST /api/v1/quarantine/{id}/drop',
  'POST /api/v1/quarantine/{id}/release',
  'POST /monitoring/alerts/{id}/acknowledge',
  'POST /monitoring/errors/{id}/ignore',
  'POST /monitoring/errors/{id}/reopen',
  'POST /monitoring/errors/{id}/resolve',
  'POST /monitoring/reports',
];

describe('answers', () => {
  let application: TestApplication;
  let handlers: readonly Handler[];

  beforeAll(async () => {
    application = await createEmptyApplication();
    await application.app.get(JobQueue).whenStarted();
    handlers = handlersOf(application.app, 'api/v1');
  });
  afterAll(() => application.close());

  /** Where the object is that this person may ask about. */
  async function pathOf(path: string, { id, sessionId }: TestUser): Promise<string> {
    const { app } = application;
    const objects: Readonly<Record<string, () => Promise<string>>> = {
      users: async () => (await createUser(app, 'viewer')).id,
      sessions: async () => sessionId,
      'api-keys': async () => {
        await createKey(app, id);
        return (await app.get(ApiKeys).list(id))[0]?.id ?? '';
      },
    };
    const [, collection = ''] = /([\w-]+)\/\{id\}/.exec(path) ?? [];
    const object = (await objects[collection]?.()) ?? '1';
    const known = { id: object, kind: 'ai-api-key', name: path.includes('/rules/') ? 'Some' : 'one' };
    return Object.entries(known).reduce((text, [name, value]) => text.replace(`{${name}}`, value), path);
  }

  async function ask(route: string): Promise<request.Response> {
    const [method = '', path = ''] = route.split(' ');
    const admin = await createUser(application.app, 'admin');
    const lately = route.endsWith('/audit/export')
      ? `?format=ndjson&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z`
      : '';
    const server = request(application.app.getHttpServer());
    const asked = server[method.toLowerCase() as Method](`${await pathOf(path, admin)}${lately}`);
    return asked.set(admin.session).send(BODIES[route]?.());
  }

  it('that not everybody gets are kept nowhere, at any route', async () => {
    const routes = handlers.filter(({ rule }) => rule?.kind !== 'reading').map(({ route }) => route);
    const refusing: string[] = [];
    for (const route of routes) {
      const { status, headers } = await ask(route);
      expect([route, headers['cache-control']]).toEqual([route, 'no-store']);
      const needsPrincipal = handlers.some((one) => one.route === route && one.rule?.kind === 'role');
      if (needsPrincipal && status >= 400) refusing.push(route);
    }
    // All others had something to give away, and gave it.
    expect(refusing.toSorted()).toEqual(REFUSING);
  });

  it('of market data are asked for again', async () => {
    const { headers } = await ask('GET /api/v1/indicators');
    expect(headers['cache-control']).toBe('private, max-age=0, must-revalidate');
  });
});
