// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dialog, leave, press, serve, show, stateOf, WANG } from '../testing/page.ts';
import { UserActions } from './user-actions.tsx';

const ADMIN = { ...WANG, role: 'admin' } as const;
const LI = { ...WANG, id: '0763ac86-3f0f-4c55-8f0e-3a8f0a1b2c3d', username: 'li.wei' };

const nothing = (): void => undefined;
const manage = (user: typeof LI): void =>
  show(stateOf(ADMIN), <UserActions user={user} onChange={nothing} onClose={nothing} />);
const buttons = (): readonly string[] =>
  [...document.querySelectorAll('dialog button')].map(({ textContent }) => textContent);

afterEach(leave);

describe('what an administrator does to a user', () => {
  it('is everything for others, who can be told by their id', () => {
    manage(LI);
    expect(buttons()).toEqual(['更改角色', '取消', '重设密码', '结束登录与密钥', '停用', '删除']);
    expect(dialog()?.textContent).toContain(LI.id);
  });

  it('is neither another role nor switching off for oneself: it would be the last that one did', () => {
    manage({ ...ADMIN });
    expect(buttons()).toEqual(['重设密码', '结束登录与密钥', '删除', '取消']);
    expect(document.querySelector('select')).toBeNull();
    expect(dialog()?.textContent).toContain('请另一位管理员来做');
  });

  it.each([
    [
      { sessions: 2, apiKeys: 1, oneTimePasswords: 1 },
      '已结束 2 个登录，撤销 1 个 API 密钥。尚未更换的一次性密码也已失效',
    ],
    [{ sessions: 2, apiKeys: 1, oneTimePasswords: 0 }, '已结束 2 个登录，撤销 1 个 API 密钥。好'],
    [{ sessions: 2, apiKeys: 1 }, '已结束 2 个登录，撤销 1 个 API 密钥。好'],
  ])('tells what ended: %j', async (answer, text) => {
    serve(() => answer);
    manage(LI);
    await press('结束登录与密钥');
    await press('结束登录与密钥');
    await vi.waitFor(() => expect(dialog()?.textContent).toContain(text));
  });
});
