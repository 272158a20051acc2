// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SessionState } from '../session.ts';
import { dialog, fill, leave, press, refused, serve, show, stateOf, WANG } from '../testing/page.ts';
import { SetupNotice } from './setup.tsx';

const WAITING: SessionState = { ...stateOf(WANG), user: null, csrfToken: null, needsSetup: true };
const PASSWORD = 'lantern quorum basalt 41';

afterEach(leave);

describe('the notice', () => {
  it.each([
    [undefined, '还没有管理员'],
    [true, '还没有管理员'],
    [false, '可以再建立一位管理员'],
  ])('where it is the first setup: %s, says %s', (isFirstSetup, text) => {
    show({ ...WAITING, ...(isFirstSetup === undefined ? {} : { isFirstSetup }) }, <SetupNotice />);
    expect(document.body.textContent).toContain(text);
  });
});

describe('a wrong bootstrap token', () => {
  it('is told at its field, which has the focus then', async () => {
    serve(({ route }) => (route.startsWith('POST') ? refused(401, 'unauthorized') : WAITING));
    show(WAITING, <SetupNotice />);
    await press('建立管理员');
    await fill('引导令牌', 'wrong');
    await fill('用户名', 'admin');
    await fill('密码', PASSWORD);
    await fill('再次输入密码', PASSWORD);
    await press('建立管理员并登录');
    const token = dialog()?.querySelector('[name=token]');
    await vi.waitFor(() => expect(token?.getAttribute('aria-invalid')).toBe('true'));
    expect(document.activeElement).toBe(token);
    const described = token?.getAttribute('aria-describedby') ?? '';
    expect(document.getElementById(described)?.textContent).toBe('这不是本平台的引导令牌');
  });
});
