import { inspect } from 'node:util';
import { lastWords } from '../last-words.ts';
import { redactText } from './redact.ts';

type Write = NodeJS.WriteStream['write'];

/** Whatever writes text to the stream writes it without secrets: console, Nest before it has our logger, libraries. */
function guard(stream: NodeJS.WriteStream): void {
  const write: Write = stream.write.bind(stream);
  const guarded = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    return Reflect.apply(write, stream, [redactText(text), ...rest]) as boolean;
  };
  stream.write = guarded;
}

/** Node prints these itself, past the streams. */
function guardFatalErrors(): void {
  let isEnding = false;
  process.on('uncaughtException', (thrown: unknown) => {
    process.stderr.write(`${inspect(thrown)}\n`);
    // Nobody knows in what state things are: another one is the end at once.
    if (isEnding) process.exit(1);
    isEnding = true;
    void lastWords(thrown).finally(() => process.exit(1));
  });
  if (process.listenerCount('warning') === 0) return;
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => process.stderr.write(`${name}: ${message}\n`));
}

/** Called once, before anything is read that could be written. Log lines go past the streams and have a hook of their own. */
export function protectOutput(): void {
  guard(process.stdout);
  guard(process.stderr);
  guardFatalErrors();
}
