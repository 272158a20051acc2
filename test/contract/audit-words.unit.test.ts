import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACTION_TEXTS, OBJECT_TEXTS } from '../../app/web/src/accounts/audit-words.ts';

const ROOT = join(import.meta.dirname, '../..');
const SERVER = join(ROOT, 'app/server/src');

/** Sources that write into the audit log. */
const sources = globSync('**/*.ts', { cwd: SERVER })
  .filter((path) => !path.endsWith('.test.ts') && !path.split('/').includes('testing'))
  .map((path) => readFileSync(join(SERVER, path), 'utf8'))
  .filter((text) => /\bAuditLog\b|\bAuditEvent\b|from '\.\/prunings\.ts'|PRUNE = '/.test(text));

const all = (pattern: RegExp): readonly string[] => [
  ...new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map(([, found = '']) => found))),
];

/** `object.verb`, wherever it stands but as the name of a parameter: some are chosen before they are recorded. */
const actions = all(/(?<!InvalidParameterError\()'([a-z][a-z-]*\.[a-z][a-z-]*)'/g);
/** Of those that are put together, the object. */
const beginnings = all(/action: `([a-z-]+\.)\$\{/g);
const kinds = all(/\bobject(?::| =)[^{}\n]*\{\s*kind: '([a-z-]+)'/g);

const documented = [
  ...readFileSync(join(ROOT, 'docs/audit.md'), 'utf8').matchAll(
    /`([a-z][a-z-]*\.[a-z][a-z-]*)`(?=[^\n]*\|)/g,
  ),
].map(([, action = '']) => action);

const known = Object.keys(ACTION_TEXTS);

describe('what the audit log records', () => {
  it('is found in the sources of the server, and nothing else is taken for it', () => {
    expect(actions).toEqual(
      expect.arrayContaining([
        'session.login',
        'secret.replace',
        'quarantine.drop',
        'alert-rule.write',
        'audit.prune',
      ]),
    );
    expect(kinds).toEqual(
      expect.arrayContaining(['user', 'api-key', 'alert', 'alert-silence', 'notification']),
    );
  });

  it('has words on the page', () => {
    expect(actions.filter((action) => !known.includes(action))).toEqual([]);
    expect(beginnings.filter((start) => !known.some((action) => action.startsWith(start)))).toEqual([]);
    expect(kinds.filter((kind) => !Object.hasOwn(OBJECT_TEXTS, kind))).toEqual([]);
  });

  it('is documented', () => {
    expect(actions.filter((action) => !documented.includes(action))).toEqual([]);
    expect(documented.filter((action) => !known.includes(action))).toEqual([]);
  });
});
