// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { instantText } from '../format.ts';
import { dialog, leave, press, refused, serve, show, stateOf, titles, WANG } from '../testing/page.ts';
import { ApiKeys } from './api-keys.tsx';
import { SecondFactor } from './second-factor.tsx';

const UNTIL = '2026-11-27T08:00:00Z';
const KEY = {
  id: '1',
  publicId: 'i4vzsufmtwmyjdas',
  name: 'notebook',
  scopes: ['market:read'],
  createdAt: '2026-11-26T00:00:00Z',
  expiresAt: '2027-02-24T00:00:00Z',
  lastUsedAt: null,
};

afterEach(leave);

describe('recovery codes', () => {
  const armed = { ...WANG, hasSecondFactor: true };

  it.each([
    [10, '还有 10 个未用的恢复码', false],
    [2, '只剩 2 个恢复码', true],
    [0, '恢复码已经用完', true],
  ])('are counted, and few of them are a warning: %d', async (recoveryCodesLeft, text, isWarning) => {
    serve(() => ({ since: '2026-11-26T00:00:00Z', recoveryCodesLeft }));
    show(stateOf(armed), <SecondFactor who={armed} />);
    await vi.waitFor(() => expect(document.body.textContent).toContain(text));
    expect(document.querySelector('.warning') !== null).toBe(isWarning);
  });

  it('are not spoken of where the server does not say', async () => {
    const sent = serve(() => refused(404, 'not-found'));
    show(stateOf(armed), <SecondFactor who={armed} />);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(document.body.textContent).not.toContain('个');
  });
});

describe('the secret before the last rotation', () => {
  it('is told of in the list and when it was rotated', async () => {
    serve(({ route }) =>
      route.startsWith('POST')
        ? { ...KEY, oldSecretUntil: UNTIL, text: 'stk_a_b' }
        : {
            apiKeys: [
              { ...KEY, oldSecretUntil: UNTIL },
              { ...KEY, id: '2', oldSecretUntil: null },
            ],
          },
    );
    show(stateOf(WANG), <ApiKeys />);
    const cells = (): readonly string[] =>
      [...document.querySelectorAll('td[data-head=到期]')].map(({ textContent }) => textContent);
    const end = instantText(KEY.expiresAt);
    await vi.waitFor(() => expect(cells()).toEqual([`${end}轮换前的密钥到 ${instantText(UNTIL)}`, end]));
    await press('轮换');
    await vi.waitFor(() => expect(titles()).toEqual(['轮换 notebook']));
    await press('轮换');
    await vi.waitFor(() =>
      expect(dialog()?.textContent).toContain(`旧密钥到 ${instantText(UNTIL)} 为止仍然有效`),
    );
  });
});
