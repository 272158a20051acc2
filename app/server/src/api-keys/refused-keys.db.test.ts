import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ProcessLog } from '../common/logging/process-log.ts';
import { CapturedLogs } from '../testing/captured-logs.ts';
import { createKey, createUser, type TestUser } from '../testing/principals.ts';
import { createEmptyApplication, type TestApplication } from '../testing/test-application.ts';

describe('the log at debug says of a key that was refused', () => {
  const logs = new CapturedLogs();
  let application: TestApplication;
  let owner: TestUser;
  beforeAll(async () => {
    application = await createEmptyApplication({ logLevel: 'debug', logDestination: logs });
    owner = await createUser(application.app, 'operator');
  });
  afterAll(() => application.close());
  beforeEach(() => logs.forget());

  const shown = async (authorization: string): Promise<unknown[]> => {
    await request(application.app.getHttpServer())
      .get('/api/v1/account')
      .set({ Authorization: authorization })
      .expect(401);
    return logs
      .parsed()
      .filter(({ context }) => context === 'ApiKeys')
      .map(({ level, reason, publicId, requestId }) => [level, reason, publicId, typeof requestId]);
  };
  /** The key in the header, and the part of it that everybody may see. */
  const made = async (): Promise<readonly [header: string, publicId: string]> => {
    const { Authorization = '' } = await createKey(application.app, owner.id);
    return [Authorization, Authorization.split('_')[1] ?? ''];
  };
  const change = (set: string, publicId: string) =>
    application.database.sql.query(`UPDATE app.api_keys SET ${set} WHERE public_id = $1`, [publicId]);

  it.each([
    ['revoked', 'revoked_at = now()'],
    ['expired', `created_at = now() - interval '2 days', expires_at = now() - interval '1 day'`],
  ])('that it is %s', async (reason, set) => {
    const [header, publicId] = await made();
    await change(set, publicId);
    expect(await shown(header)).toEqual([['debug', reason, publicId, 'string']]);
  });

  it('that the secret is another one, without the secret', async () => {
    const [header, publicId] = await made();
    const wrong = `${header.slice(0, -6)}AAAAAA`;
    expect(await shown(wrong)).toEqual([
      ['debug', 'another secret, or one that was replaced', publicId, 'string'],
    ]);
    expect(logs.lines.join('')).not.toContain(wrong.slice(-20));
  });

  it('that its owner is disabled, that nobody knows it, or that it is none', async () => {
    const [header, publicId] = await made();
    const { sql } = application.database;
    await sql.query('UPDATE app.users SET disabled_at = now() WHERE id = $1', [owner.id]);
    expect(await shown(header)).toEqual([['debug', 'its owner is disabled', publicId, 'string']]);
    await sql.query('UPDATE app.users SET disabled_at = NULL WHERE id = $1', [owner.id]);
    logs.forget();
    const unknown = header.replace(publicId, '0'.repeat(publicId.length));
    expect(await shown(unknown)).toEqual([['debug', 'unknown', '0'.repeat(publicId.length), 'string']]);
    logs.forget();
    expect(await shown('Bearer nothing')).toEqual([
      ['debug', 'it has not the form of a key', undefined, 'string'],
    ]);
  });

  it('nothing at info', async () => {
    application.app.get(ProcessLog).setLevel('info');
    const [header, publicId] = await made();
    await change('revoked_at = now()', publicId);
    expect(await shown(header)).toEqual([]);
  });
});
