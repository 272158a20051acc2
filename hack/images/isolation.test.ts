import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const MODULE = join(import.meta.dirname, 'isolation.ts');

// Namespaces take root, as making images without Docker does.
describe.runIf(process.getuid?.() === 0)('captureIsolated', { timeout: 60_000 }, () => {
  it('returns what the program prints, and keeps its mounts to itself', () => {
    const folder = mkdtempSync(join(tmpdir(), 'isolation-'));
    const script = `mount -t tmpfs none ${folder} && touch ${folder}/inside && echo mounted`;
    const code = `import { captureIsolated } from '${MODULE}'; process.stdout.write(await captureIsolated('sh', ['-c', '${script}']));`;
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })).toBe(
      'mounted\n',
    );
    expect(existsSync(join(folder, 'inside'))).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it('ends everything that it started when we are killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'isolation-'));
    const beat = join(folder, 'beat');
    const script = `(while :; do date +%N > ${beat}; sleep 0.05; done) & wait`;
    const code = `import { captureIsolated } from '${MODULE}'; await captureIsolated('sh', ['-c', '${script}']);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });
    await expect.poll(() => existsSync(beat), { timeout: 30_000 }).toBe(true);
    parent.kill('SIGKILL');
    await expect
      .poll(
        () => {
          rmSync(beat, { force: true });
          execFileSync('sleep', ['0.3']);
          return existsSync(beat);
        },
        { timeout: 20_000 },
      )
      .toBe(false);
    rmSync(folder, { recursive: true });
  });
});
