import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKey, createUser } from './testing/principals.ts';
import { createEmptyApplication, type TestApplication } from './testing/test-application.ts';

describe('the line of a request', () => {
  let application: TestApplication;
  const lines: string[] = [];

  beforeAll(async () => {
    const logDestination = { write: (line: string) => void lines.push(line) };
    application = await createEmptyApplication({ logLevel: 'info', logDestination });
  });
  afterAll(() => application.close());
  beforeEach(() => {
    lines.length = 0;
  });

  async function lineOf(
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Record<string, unknown>> {
    const { headers: given } = await request(application.app.getHttpServer()).get(path).set(headers);
    const ours = () => lines.filter((line) => line.includes(`"requestId":"${given['x-request-id']}"`));
    await expect.poll(ours).toHaveLength(1);
    return JSON.parse(ours()[0] ?? '');
  }

  it('says by ids who asked, also where it was refused', async () => {
    const { app } = application;
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
    expect(line).toHaveProperty('address', '127.0.0.1');
  });
});
