import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from './lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('withLock', () => {
  it('lets one in at a time', async () => {
    const steps: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      steps.push(`${name} in`);
      await sleep(50);
      steps.push(`${name} out`);
    };
    const file = join(folder, 'lock');
    await Promise.all([withLock(file, work('one')), withLock(file, work('two'))]);
    expect(steps).toHaveLength(4);
    expect(steps[1]).toBe(steps[0]?.replace('in', 'out'));
    expect(steps[3]).toBe(steps[2]?.replace('in', 'out'));
  });

  it('passes on the result, and lets go after a failure', async () => {
    const file = join(folder, 'lock');
    await expect(withLock(file, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await withLock(file, () => Promise.resolve(7))).toBe(7);
  });

  it('says so when the lock file cannot be made', async () => {
    const file = join(folder, 'absent/lock');
    await expect(withLock(file, () => Promise.resolve(1))).rejects.toThrow(`cannot lock ${file}`);
  });
});
