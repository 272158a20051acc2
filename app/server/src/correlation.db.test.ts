import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createUser } from './testing/principals.ts';
import { createEmptyApplication, type TestApplication } from './testing/test-application.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${TRACE}-b7ad6b7169203331-01`;

let application: TestApplication;
const lines: string[] = [];

beforeAll(async () => {
  const logDestination = { write: (line: string) => void lines.push(line) };
  application = await createEmptyApplication({ logLevel: 'error', logDestination });
});
afterAll(() => application.close());

it('a line that is written deep in a service says whose request it was, and that of an audit record comes at every level', async () => {
  const { id, session } = await createUser(application.app, 'admin');
  lines.length = 0;
  const answer = await request(application.app.getHttpServer())
    .post('/api/v1/api-keys')
    .set({ ...session, traceparent })
    .send({ name: 'one', scopes: ['market:read'], expiresInDays: 1 })
    .expect(201);
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(told).toEqual([
    expect.objectContaining({
      level: 'info',
      context: 'Audit',
      action: 'api-key.create',
      requestId: answer.headers['x-request-id'],
      traceId: expect.stringMatching(/^[\da-f]{32}$/),
      spanId: expect.stringMatching(/^[\da-f]{16}$/),
      userId: id,
    }),
  ]);
  // Nobody is trusted here, so nobody chooses the trace.
  expect(told[0]?.['traceId']).not.toBe(TRACE);
});
