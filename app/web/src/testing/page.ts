import { type ComponentChildren, render } from 'preact';
import { vi } from 'vitest';
import { session, type SessionState, type User } from '../session.ts';

export const WANG: User = {
  id: '7c0c1f52-6d0c-4f0a-9d53-0b8a5f0f7a01',
  username: 'wang',
  displayName: '王',
  role: 'viewer',
  isDisabled: false,
  hasSecondFactor: false,
  mustChangePassword: false,
  createdAt: '2026-11-26T00:00:00Z',
  lastLoginAt: null,
};

export const stateOf = (user: User, csrfToken = 'token'): SessionState => ({
  user,
  csrfToken,
  expiresAt: '2026-12-03T00:00:00Z',
  requiresSecondFactor: false,
  isSteppedUp: true,
  needsSetup: false,
  anonymousReading: true,
});

export interface Sent {
  /** `POST /api/v1/auth/password` */
  readonly route: string;
  readonly query: string;
  readonly csrfToken: string | null;
  readonly body: unknown;
}

export const refused = (status: number, kind: string, rest: object = {}): Response =>
  Response.json({ type: `https://stockanalysis.dev/problems/${kind}`, detail: kind, ...rest }, { status });

/** Answers what the page sends from here on, in place of a server. @returns what was sent, as it comes */
export function serve(answer: (sent: Sent) => unknown): readonly Sent[] {
  const all: Sent[] = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}): Promise<Response> => {
    const { pathname, search } = new URL(path, 'http://localhost');
    const sent: Sent = {
      route: `${init.method ?? 'GET'} ${pathname}`,
      query: search,
      csrfToken: new Headers(init.headers).get('X-CSRF-Token'),
      body: typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined,
    };
    all.push(sent);
    const given = await answer(sent);
    return given instanceof Response ? given : Response.json(given ?? null);
  });
  return all;
}

/** The page of whoever is signed in, with nothing on it but this. */
export function show(state: SessionState, children: ComponentChildren): void {
  session.value = state;
  document.body.innerHTML = '<div id="app"></div>';
  const root = document.querySelector('#app');
  if (root) render(children, root);
}

/** Takes the page away; dialogs close as they do when a component goes. */
export function leave(): void {
  const root = document.querySelector('#app');
  if (root) render(null, root);
  vi.unstubAllGlobals();
}

const named = (element: Element): string =>
  (element.getAttribute('aria-label') ?? element.textContent).replaceAll(/\s+/g, ' ').trim();

/** The dialog on top of all others. */
export const dialog = (): HTMLDialogElement | undefined => [...document.querySelectorAll('dialog')].at(-1);
export const titles = (): readonly string[] =>
  [...document.querySelectorAll('dialog')].map((one) => one.querySelector('h2')?.textContent ?? '');
export const problems = (): readonly string[] =>
  [...document.querySelectorAll('.problem')].map(({ textContent }) => textContent.trim());

function find<K extends 'button' | 'label'>(
  selector: K,
  name: string,
  within: ParentNode,
): HTMLElementTagNameMap[K] {
  const found = [...within.querySelectorAll(selector)].findLast((element) => named(element) === name);
  if (!found) throw new Error(`the page has no ${selector} ${name}: ${document.body.textContent}`);
  return found;
}

/** Presses the button of this name, in the topmost dialog if there is one. */
export async function press(name: string, within: ParentNode = dialog() ?? document): Promise<void> {
  const button = await vi.waitFor(() => find('button', name, within));
  button.click();
}

export async function fill(
  label: string,
  text: string,
  within: ParentNode = dialog() ?? document,
): Promise<void> {
  await vi.waitFor(() => {
    const { htmlFor } = find('label', label, within);
    const input = document.getElementById(htmlFor);
    if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement))
      throw new Error(`${label} labels nothing to fill in`);
    input.value = text;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
