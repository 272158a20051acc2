// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { leave, refused, serve, show, stateOf, WANG } from '../testing/page.ts';
import { Freshness } from './freshness.tsx';
import { useLive } from './live.ts';
import { get } from './routes.ts';

const EVERY_MS = 15_000;

function Shown({ name = 'a' }: { readonly name?: string }) {
  const live = useLive(name, (signal) => get<{ text: string }>(`/${name}`, signal), EVERY_MS);
  return (
    <>
      <Freshness of={live} />
      <output>{live.value?.text}</output>
    </>
  );
}

const text = (): string => document.querySelector('output')?.textContent ?? '';
const alertText = (): string | undefined => document.querySelector('[role=alert]')?.textContent;

function hide(isHidden: boolean): void {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(isHidden);
  document.dispatchEvent(new Event('visibilitychange'));
}

/** Effects of what was drawn come with the next frame. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(200);

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  leave();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('what is fetched again and again', () => {
  it('comes anew at its pace, not while the tab is hidden, and at once when it is looked at again', async () => {
    let count = 0;
    const sent = serve(() => ({ text: `answer ${(count += 1)}` }));
    show(stateOf(WANG), <Shown />);
    await settle();
    expect(text()).toBe('answer 1');
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(text()).toBe('answer 2');
    hide(true);
    await vi.advanceTimersByTimeAsync(10 * EVERY_MS);
    expect(sent).toHaveLength(2);
    hide(false);
    await settle();
    expect(text()).toBe('answer 3');
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(text()).toBe('answer 4');
  });

  it('stays when it cannot be had anew, with the time that it is of, and is mended by itself', async () => {
    let isAway = false;
    serve(() => (isAway ? Promise.reject(new TypeError('Failed to fetch')) : { text: 'known' }));
    show(stateOf(WANG), <Shown />);
    await settle();
    isAway = true;
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(text()).toBe('known');
    expect(alertText()).toContain('无法连接服务器');
    expect(document.body.textContent).toMatch(/以下是 \d\d:\d\d:\d\d 的内容/);
    isAway = false;
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect([alertText(), text()]).toEqual([undefined, 'known']);
  });

  it('is taken for away when no answer comes in time', async () => {
    // The timer of AbortSignal is none of the page's own, so the clock of the test does not move it.
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      const late = new AbortController();
      setTimeout(() => late.abort(new DOMException('late', 'TimeoutError')), ms);
      return late.signal;
    });
    vi.stubGlobal('fetch', (_path: string, { signal }: RequestInit) => {
      const { promise, reject } = Promise.withResolvers<Response>();
      signal?.addEventListener('abort', () => reject(new DOMException('late', 'TimeoutError')));
      return promise;
    });
    show(stateOf(WANG), <Shown />);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(alertText()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(alertText()).toContain('无法连接服务器');
  });

  it('is never that of another key', async () => {
    serve(({ route }) => (route === 'GET /a' ? { text: 'of a' } : refused(503, 'unavailable')));
    show(stateOf(WANG), <Shown name="a" />);
    await settle();
    expect(text()).toBe('of a');
    const { render } = await import('preact');
    const root = document.querySelector('#app');
    if (root) render(<Shown name="b" />, root);
    expect(text()).toBe('');
    await settle();
    expect([text(), alertText()?.includes('服务暂时不可用')]).toEqual(['', true]);
  });

  it('rests when nobody has touched the page for two hours, says so, and goes on with the first move', async () => {
    const sent = serve(() => ({ text: 'x' }));
    show(stateOf(WANG), <Shown />);
    await settle();
    await vi.advanceTimersByTimeAsync(2 * 3_600_000 + EVERY_MS);
    const before = sent.length;
    expect(before).toBeGreaterThan(400);
    expect(document.body.textContent).toContain('两小时没有操作，不再更新');
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(sent).toHaveLength(before);
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Shift', bubbles: true }));
    await settle();
    expect(sent).toHaveLength(before + 1);
    expect(document.body.textContent).not.toContain('不再更新');
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(sent).toHaveLength(before + 2);
  });

  it('ends with the page that shows it', async () => {
    const sent = serve(() => ({ text: 'x' }));
    show(stateOf(WANG), <Shown />);
    await settle();
    leave();
    await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
    hide(false);
    await settle();
    expect(sent).toHaveLength(1);
  });
});
