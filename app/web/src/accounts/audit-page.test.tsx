// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fill, leave, press, problems, type Sent, serve, show, stateOf, WANG } from '../testing/page.ts';
import { AuditPage } from './audit-page.tsx';

const ADMIN = { ...WANG, role: 'admin' } as const;
const LI = { ...WANG, id: '0763ac86-3f0f-4c55-8f0e-3a8f0a1b2c3d', username: 'li.wei', displayName: '李' };
const GONE = '11111111-2222-4333-8444-555555555555';

const record = (seq: number, action: string, actor: string, object: object): object => ({
  seq,
  hash: 'h',
  at: '2026-11-26T00:00:00Z',
  action,
  outcome: 'success',
  actor: { kind: 'session', id: actor, role: 'viewer' },
  object,
});
const RECORDS = [
  record(3, 'password.reset', ADMIN.id, { kind: 'user', id: LI.id }),
  record(2, 'api-key.create', LI.id, { kind: 'api-key', id: GONE }),
  record(1, 'thing.change', GONE, { kind: 'thing' }),
];

const EXPORT = 'GET /api/v1/audit/export';
const LIST = 'GET /api/v1/audit';

/** The users in two pages, as of a longer list. */
function answer({ route, query }: Sent): unknown {
  if (route === EXPORT) return new Response('a,b');
  if (route === LIST) return { items: RECORDS, nextCursor: null };
  return query.includes('cursor=2') ? { users: [LI], nextCursor: null } : { users: [ADMIN], nextCursor: '2' };
}

let sent: readonly Sent[] = [];

beforeEach(async () => {
  sent = serve(answer);
  show(stateOf(ADMIN), <AuditPage />);
  await vi.waitUntil(() => rows().length === 3);
});
afterEach(leave);

const rows = (): readonly string[] =>
  [...document.querySelectorAll('tbody tr')].map((row) =>
    [...row.querySelectorAll('td')]
      .slice(2, 6)
      .map(({ textContent }) => textContent.trim())
      .join(' | '),
  );

const asked = (route: string): readonly (readonly [string | null, string | null])[] =>
  sent
    .filter((one) => one.route === route)
    .map(({ query }) => new URLSearchParams(query))
    .map((query) => [query.get('from'), query.get('to')]);

const local = (text: string): string => new Date(text).toISOString();

describe('the records', () => {
  it('have words, and names for whom the reader can see', async () => {
    await vi.waitFor(() =>
      expect(rows()).toEqual([
        '重设密码 password.reset | 成功 | 您 · 查看者 wang | 用户 li.wei',
        '新建 API 密钥 api-key.create | 成功 | 用户 · 查看者 li.wei | API 密钥 11111111',
        'thing.change | 成功 | 用户 · 查看者 11111111 | thing',
      ]),
    );
  });

  it('are narrowed down by the name of a user, and by the id of one who is gone', async () => {
    await vi.waitFor(() => expect(rows().join(' ')).toContain('li.wei'));
    for (const [typed, id] of [
      ['Li.Wei', LI.id],
      [GONE, GONE],
    ] as const) {
      await fill('操作者', typed);
      await press('筛选');
      await vi.waitFor(() => expect(new URLSearchParams(sent.at(-1)?.query).get('actor')).toBe(id));
    }
    await fill('操作者', 'nobody');
    await press('筛选');
    await vi.waitFor(() => expect(problems().join('')).toContain('没有这个用户名'));
  });

  it('are not asked for where the end is before the beginning', async () => {
    await fill('从', '2026-11-27T00:00');
    await fill('到', '2026-11-26T00:00');
    const before = sent.length;
    await press('筛选');
    await vi.waitFor(() => expect(problems()).toEqual(['“从”要早于“到”']));
    expect(sent).toHaveLength(before);
  });
});

describe('an export', () => {
  it('is of what the fields say, with no other button before', async () => {
    await fill('从', '2026-11-01T00:00');
    await fill('到', '2026-11-02T08:00');
    await press('导出 CSV');
    await vi.waitFor(() =>
      expect(asked(EXPORT)).toEqual([[local('2026-11-01T00:00'), local('2026-11-02T08:00')]]),
    );
  });

  it('is refused for what the fields say, and not any more when they say something else', async () => {
    await fill('从', '2026-11-27T00:00');
    await fill('到', '2026-11-26T00:00');
    await press('导出 NDJSON');
    await vi.waitFor(() => expect(problems().join('')).toContain('“从”要早于“到”'));
    expect(asked(EXPORT)).toEqual([]);
    await fill('从', '');
    await press('导出 NDJSON');
    await vi.waitFor(() => expect(asked(EXPORT).map(([, to]) => to)).toEqual([local('2026-11-26T00:00')]));
    expect(problems()).toEqual([]);
  });
});
