import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseConnector } from './database/connector.ts';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import { createServerApplication } from './main.ts';
import { createKey, createUser } from './testing/principals.ts';

describe('the line of a request', () => {
  let database: TestDatabase;
  let app: Awaited<ReturnType<typeof createServerApplication>>;
  const lines: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    const logDestination = { write: (line: string) => void lines.push(line) };
    app = await createServerApplication(
      database.configuration('server', { logLevel: 'info', logDestination }),
    );
    await app.listen(0, '127.0.0.1');
    await app.get(DatabaseConnector).whenReady();
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => {
    lines.length = 0;
  });

  async function lineOf(
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Record<string, unknown>> {
    const { headers: given } = await request(app.getHttpServer()).get(path).set(headers);
    const ours = () => lines.filter((line) => line.includes(`"requestId":"${given['x-request-id']}"`));
    await expect.poll(ours).toHaveLength(1);
    return JSON.parse(ours()[0] ?? '');
  }

  it('says by ids who asked, also where it was refused', async () => {
    const { id, sessionId, session, username } = await createUser(app, 'viewer');
    expect(await lineOf('/api/v1/account', session)).toMatchObject({ userId: id, via: sessionId });
    const refused = await lineOf('/api/v1/users', session);
    expect(refused).toMatchObject({ userId: id, via: sessionId, res: { statusCode: 403 } });
    const key = await createKey(app, id);
    expect(await lineOf('/api/v1/users', key)).toMatchObject({ userId: id, res: { statusCode: 403 } });
    expect(lines.join('')).not.toContain(username);
  });

  it('says nothing of who showed nothing', async () => {
    const line = await lineOf('/api/v1/account', {});
    expect(line).toMatchObject({ res: { statusCode: 401 } });
    expect(line).not.toHaveProperty('userId');
  });
});
