import { render } from 'preact';
import { App } from './app.tsx';
import { loadSession } from './client.ts';
import { readsNothing, session, until } from './session.ts';
import { start } from './state.ts';
import './styles.css';
import './accounts.css';

const SESSION_POLL_MS = 5_000;

async function begin(): Promise<void> {
  await loadSession();
  // Everything that is asked for before would be refused.
  await until(() => !readsNothing.value);
  start();
  // A server that is only starting may answer this later than the rest.
  while (session.value === undefined) {
    await new Promise((resolve) => setTimeout(resolve, SESSION_POLL_MS));
    await loadSession();
  }
}

const root = document.getElementById('app');
if (!root) throw new Error('index.html has no element with the id app');
render(<App />, root);
void begin();
