import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SECRET = 'Zq8vKx2mW9bT4nRc';

/** A process of its own, as Node prints some things past everything that runs in it. */
function run(code: string): { status: number | null; text: string } {
  const from = (file: string): string => JSON.stringify(join(import.meta.dirname, file));
  const program = `
    import { protectOutput } from ${from('output.ts')};
    import { knownSecrets } from ${from('known-secrets.ts')};
    protectOutput();
    knownSecrets.remember('${SECRET}');
    ${code}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

it.each([
  ['console.log', `console.log('a ${SECRET} b')`, 0],
  ['console.error', `console.error(new Error('a ${SECRET} b'))`, 0],
  ['an object', `console.log({ deep: { one: ['${SECRET}'] } })`, 0],
  ['a write of bytes', `process.stdout.write(Buffer.from('a ${SECRET} b'))`, 0],
  ['an exception that nobody caught', `throw new Error('a ${SECRET} b')`, 1],
  ['a value that was thrown', `throw { one: '${SECRET}' }`, 1],
  ['a cause', `throw new Error('b', { cause: new Error('a ${SECRET}') })`, 1],
  ['a promise that nobody awaited', `Promise.reject(new Error('a ${SECRET} b'))`, 1],
  ['an exception in a callback', `setTimeout(() => { throw new Error('a ${SECRET} b'); }, 1)`, 1],
  ['a warning', `process.emitWarning('a ${SECRET} b')`, 0],
])('hides it in %s', (_, code, expected) => {
  const { status, text } = run(code);
  expect(text).not.toContain(SECRET);
  expect(text).toContain('[redacted]');
  expect(status).toBe(expected);
});
