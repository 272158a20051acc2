import { render } from 'preact';
import { App } from './app.tsx';
import { loadSession } from './client.ts';
import { ask, isClosed } from './session.ts';
import { start } from './state.ts';
import './styles.css';
import './accounts.css';

async function begin(): Promise<void> {
  await loadSession();
  // Where reading is closed too, everything that is asked for before would be refused.
  if (isClosed.value) await ask('sign-in');
  start();
}

const root = document.getElementById('app');
if (!root) throw new Error('index.html has no element with the id app');
render(<App />, root);
void begin();
