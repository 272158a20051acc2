import { HttpClient } from './http.ts';
import { overcome, session, type SessionState } from './session.ts';

/** Everything the page asks the server for goes through here. */
export const client: HttpClient = new HttpClient({
  csrfToken: () => session.value?.csrfToken ?? undefined,
  overcome: (problem, isSafe) => overcome(problem, isSafe, loadSession),
});

/** Without an answer what was known stays: the page stands without it, and says so where it is needed. */
export async function loadSession(): Promise<void> {
  const state = await client
    .send<SessionState>('/api/v1/auth/session', { overcomes: [] })
    .catch(() => undefined);
  session.value = state ?? session.value;
}
