// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { instantText } from '../format.ts';
import { dialog, leave, press, serve, show, stateOf, titles, WANG } from '../testing/page.ts';
import { ApiKeys } from './api-keys.tsx';

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
