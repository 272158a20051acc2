import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { notificationsFolder } from './state-folder.ts';

it('is one of the state folder that nobody else may read, or the one that is named', () => {
  const home = mkdtempSync(join(tmpdir(), 'home-'));
  try {
    const folder = notificationsFolder(home, {});
    expect(folder).toBe(join(home, 'notifications'));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(notificationsFolder(home, {})).toBe(folder);
    // The worker runs in another folder.
    expect(notificationsFolder(home, { NOTIFICATIONS_DIR: 'mine' })).toBe(resolve('mine'));
  } finally {
    rmSync(home, { recursive: true });
  }
});
