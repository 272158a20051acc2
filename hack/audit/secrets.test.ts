// Real gitleaks on real repositories. What it shall find is made up on the spot: no pattern of a secret stands in this file.
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../lib/paths.ts';
import { findSecrets, judgeSecrets, secretsVerdict, type Reviewed } from './secrets.ts';

/** gitleaks is built first where the cache lacks it. */
const COLD = 300_000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

const token = (): string =>
  ['ghp', Array.from({ length: 36 }, () => LETTERS[randomInt(LETTERS.length)]).join('')].join('_');

let repository: string;
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
    cwd: repository,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

function commit(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(repository, name), content);
  git('add', '--all');
  git('commit', '--quiet', '--message', 'a change');
}

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'history-'));
  git('init', '--quiet');
});
afterEach(() => rmSync(repository, { recursive: true }));

describe('findSecrets', { timeout: COLD }, () => {
  it('finds one that a later commit removed', async () => {
    commit({ 'settings.ts': `const token = '${token()}';\n` });
    commit({ 'settings.ts': '' });
    expect(await findSecrets(repository)).toEqual({
      commits: 2,
      findings: [expect.objectContaining({ rule: 'github-pat', path: 'settings.ts' })],
    });
  });

  it('finds one on a branch that is not checked out', async () => {
    commit({ 'readme.txt': 'nothing' });
    git('checkout', '--quiet', '-b', 'other');
    commit({ 'settings.ts': `const token = '${token()}';\n` });
    git('checkout', '--quiet', '-');
    expect((await findSecrets(repository)).findings).toHaveLength(1);
  });

  it('finds one that only a merge brought', async () => {
    commit({ 'settings.ts': 'one' });
    git('checkout', '--quiet', '-b', 'other');
    commit({ 'settings.ts': 'two' });
    git('checkout', '--quiet', '-');
    commit({ 'settings.ts': 'three' });
    git('merge', '--quiet', '--strategy=ours', '--no-commit', 'other');
    commit({ 'settings.ts': `const token = '${token()}';\n` });
    expect((await findSecrets(repository)).findings).toHaveLength(1);
  });

  it('is swayed by nothing in the repository', async () => {
    commit({
      'settings.ts': `const token = '${token()}'; // gitleaks:allow\n`,
      '.gitattributes': '*.ts -diff\n',
      '.gitleaks.toml': '[allowlist]\npaths = [".*"]\n',
    });
    const head = git('rev-parse', 'HEAD').trim();
    commit({ '.gitleaksignore': `${head}:settings.ts:github-pat:1\n` });
    expect((await findSecrets(repository)).findings).toHaveLength(1);
  });

  it('finds nothing in a clean history', async () => {
    commit({ 'readme.txt': 'nothing' });
    expect((await findSecrets(repository)).findings).toEqual([]);
  });

  it('breaks where there is no repository, instead of finding nothing', async () => {
    rmSync(join(repository, '.git'), { recursive: true });
    await expect(findSecrets(repository)).rejects.toThrow('not a git repository');
  });

  it('breaks where it read nothing', async () => {
    await expect(findSecrets(repository)).rejects.toThrow('read no commit');
  });
});

describe('judgeSecrets', () => {
  const found = { rule: 'r', path: 'a.ts', sha256: 'f'.repeat(64), place: 'a.ts:1 in 0123456789ab' };
  const review: Reviewed = { ...found, reason: 'an example in a test of the parser', date: '2026-11-26' };

  it('passes what was reviewed', () => expect(judgeSecrets([found], [review])).toEqual([]));

  it.each([
    ['another secret in the same place', { sha256: 'e'.repeat(64) }],
    ['the same in another file', { path: 'b.ts' }],
    ['another rule', { rule: 's' }],
  ])('reports %s, and the review that matches nothing', (_, change) => {
    const findings = judgeSecrets([{ ...found, ...change }], [review]);
    expect(findings).toEqual([
      expect.stringContaining('replace the secret'),
      expect.stringContaining('which is not found: remove it'),
    ]);
  });
});

describe('the gate', { timeout: COLD }, () => {
  const isShallow = (): boolean =>
    execFileSync('git', ['rev-parse', '--is-shallow-repository'], { cwd: ROOT, encoding: 'utf8' }).trim() ===
    'true';

  it('finds no secret in the history of this checkout', async () => {
    const { outcome, findings } = await secretsVerdict(ROOT);
    expect({ outcome, findings }).toEqual({ outcome: isShallow() ? 'not run' : 'passed', findings: [] });
  });

  it('says so when the history is not whole', async () => {
    commit({ 'readme.txt': 'one' });
    commit({ 'readme.txt': 'two' });
    const origin = repository;
    repository = mkdtempSync(join(tmpdir(), 'history-'));
    git('clone', '--quiet', '--depth=1', `file://${origin}`, '.');
    rmSync(origin, { recursive: true });
    expect(await secretsVerdict(repository)).toMatchObject({ outcome: 'not run' });
  });
});
