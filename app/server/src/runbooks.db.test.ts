import type { OpenAPIObject } from '@nestjs/swagger';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Client } from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operationsOf } from './testing/operations.ts';
import { createEmptyApplication, type TestApplication } from './testing/test-application.ts';

const FOLDER = resolve(import.meta.dirname, '../../../docs/runbooks');
/** For probes and load balancers; not of the API, so not in its document. */
const OUTSIDE = ['GET /health/live', 'GET /health/ready', 'GET /health/startup'];
/** Nobody's process. */
const NO_PID = '2147483647';

/** What stands between backticks. */
const code = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.md'))
  .flatMap((file) => {
    const text = readFileSync(resolve(FOLDER, file), 'utf8');
    return [...text.matchAll(/`([^`\n]+)`/g)].map(([, said = '']) => ({ file, said }));
  });

const statements = code.filter(({ said }) => said.startsWith('SELECT '));

/** `POST /api/v1/quarantine/ID/release`; a path without a method is read. Parts in capitals are parameters. */
const routes = code.flatMap(({ file, said }) => {
  const [, method = 'GET', path] =
    /^(?:(GET|POST|PUT|DELETE) )?(\/(?:api\/v1|monitoring|health)\/[^ ?]+)/.exec(said) ?? [];
  return path === undefined
    ? []
    : [{ file, route: `${method} ${path.replaceAll(/\/(?:[A-Z]+|\{\w+\})(?=\/|$)/g, '/{}')}` }];
});

let application: TestApplication;
let admin: Client;

beforeAll(async () => {
  application = await createEmptyApplication();
  admin = new Client({ connectionString: application.database.urls.admin });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await application.close();
});

it.each(statements)('$file: an administrator may ask $said', async ({ said }) => {
  await expect(admin.query(said.replaceAll('PID', NO_PID))).resolves.toBeDefined();
});

it('name routes that there are', async () => {
  const { body } = await request(application.app.getHttpServer()).get('/api/v1/openapi.json').expect(200);
  const there = new Set([
    ...OUTSIDE,
    ...operationsOf(body as OpenAPIObject).map(({ name }) => name.replaceAll(/\{\w+\}/g, '{}')),
  ]);
  expect(routes.filter(({ route }) => !there.has(route))).toEqual([]);
  expect(routes.length).toBeGreaterThan(20);
  expect(statements.length).toBeGreaterThan(8);
});
