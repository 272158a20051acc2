import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LockHeldError, takeLock, withLock } from './lock.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  file = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

const one = { holder: 'one' };

describe('withLock', () => {
  it('lets one in at a time', async () => {
    const steps: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      steps.push(`${name} in`);
      await sleep(20);
      steps.push(`${name} out`);
    };
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    await Promise.all(names.map((holder) => withLock(file, { holder }, work(holder))));
    const order = steps.filter((step) => step.endsWith(' in')).map((step) => step.slice(0, -3));
    expect(order.toSorted()).toEqual(names);
    expect(steps).toEqual(order.flatMap((name) => [`${name} in`, `${name} out`]));
  });

  it('passes on the result, and lets go after a failure', async () => {
    await expect(withLock(file, one, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await withLock(file, one, () => 7)).toBe(7);
  });

  it('says so when the lock file cannot be made', async () => {
    const absent = join(folder, 'absent/lock');
    await expect(withLock(absent, one, () => 1)).rejects.toThrow(`cannot lock ${absent}`);
  });
});

describe('takeLock', () => {
  it('names the holder to whom comes too late', async () => {
    const letGo = await takeLock(file, one);
    const second = takeLock(file, { holder: 'two', timeoutMs: 0 });
    await expect(second).rejects.toThrow(`one holds the lock ${file}`);
    await expect(second).rejects.toBeInstanceOf(LockHeldError);
    letGo();
    (await takeLock(file, { holder: 'two', timeoutMs: 5000 }))();
  });

  it('counts a file without a lock for nothing, whatever stands in it', async () => {
    writeFileSync(file, 'a run that was killed\n');
    const letGo = await takeLock(file, { ...one, timeoutMs: 0 });
    expect(readFileSync(file, 'utf8')).toBe('one\n');
    letGo();
  });

  it('is free again when its holder was killed', async () => {
    const lock = JSON.stringify(join(import.meta.dirname, 'lock.ts'));
    const script = `const { takeLock } = await import(${lock});
      await takeLock(${JSON.stringify(file)}, { holder: 'a child' }); console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await expect(takeLock(file, { ...one, timeoutMs: 0 })).rejects.toThrow('a child holds');
    child.kill('SIGKILL');
    (await takeLock(file, { ...one, timeoutMs: 5000 }))();
  });
});
