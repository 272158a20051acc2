// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fill, leave, press, refused, serve, show, stateOf, WANG } from '../testing/page.ts';
import { ApiKeyForm } from './api-key-form.tsx';
import { SCOPES } from './types.ts';
import { SecondFactor } from './second-factor.tsx';
import { SignInForm } from './sign-in.tsx';

afterEach(leave);

describe('a code with blanks, as apps and paper show it', () => {
  it('signs in without them', async () => {
    const sent = serve(({ body }) =>
      JSON.stringify(body).includes('"code"') ? stateOf(WANG) : refused(401, 'second-factor-required'),
    );
    show({ ...stateOf(WANG), user: null }, <SignInForm />);
    await fill('用户名', 'wang');
    await fill('密码', 'a');
    await press('登录');
    await fill('验证码或恢复码', ' 248H 4MY5\u00A07K2M 0XQ4 ');
    await press('登录');
    await vi.waitFor(() =>
      expect(sent.at(-1)?.body).toEqual({ username: 'wang', password: 'a', code: '248H4MY57K2M0XQ4' }),
    );
  });

  it('confirms a second factor without them', async () => {
    const sent = serve(({ route }) =>
      route.endsWith('/confirm')
        ? { recoveryCodes: ['248H-4MY5'] }
        : { secret: 'ABCDEFGH', uri: 'otpauth://totp/x?secret=ABCDEFGH' },
    );
    show(stateOf(WANG), <SecondFactor who={WANG} />);
    await press('启用第二因素');
    await fill('验证码', '123 456');
    await press('启用');
    await vi.waitFor(() => expect(sent.at(-1)?.body).toEqual({ code: '123456' }));
  });
});

describe('the scopes of a key', () => {
  it.each([
    ['viewer', ['market:read']],
    ['operator', ['market:read', 'market:write', 'monitoring:read', 'monitoring:write']],
    ['admin', [...SCOPES]],
  ] as const)('that a %s is offered are those that one may have', (role, scopes) => {
    show(stateOf({ ...WANG, role }), <ApiKeyForm onDone={() => undefined} onCancel={() => undefined} />);
    const offered = [...document.querySelectorAll<HTMLInputElement>('[name=scopes]')];
    expect(offered.map(({ value }) => value)).toEqual(scopes);
  });
});
