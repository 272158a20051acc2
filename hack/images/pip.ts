import { existsSync, readFileSync } from 'node:fs';
import { capture } from '../lib/shell.ts';

// What decides how the package index is reached from here; folders of the host mean nothing inside.
const PASSED_ON: ReadonlySet<string> = new Set([
  'index-url',
  'extra-index-url',
  'trusted-host',
  'proxy',
  'timeout',
  'default-timeout',
  'retries',
]);

/** Name and value of every line of `pip config list`: `global.index-url='https://…'`, `:env:.cert='…'`. */
function settingsIn(list: string): Map<string, string> {
  const lines = list.split('\n').flatMap((line) => {
    const [, name, value] = /^[^=]*\.([a-z-]+)='(.*)'$/.exec(line.trim()) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return new Map(lines);
}

/**
 * pip settings for a build stage, given to it as secrets and so never part of an image: how this machine reaches its
 * package index, and the certificates that it trusts for it.
 * @param list output of `pip config list`, empty where there is no pip
 */
export function pipSecrets(
  list: string,
  read: (path: string) => string | undefined = readIfThere,
): Record<string, string> {
  const settings = settingsIn(list);
  const lines = [...settings]
    .filter(([name]) => PASSED_ON.has(name))
    // pip writes the breaks of a list of several as \n.
    .map(([name, value]) => `${name} = ${value.replaceAll(String.raw`\n`, '\n  ')}`);
  const certificates = read(settings.get('cert') ?? '');
  return {
    'pip-conf': ['[global]', ...lines, ''].join('\n'),
    ...(certificates === undefined ? {} : { 'pip-cert': certificates }),
  };
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

export async function hostPipConfiguration(): Promise<string> {
  return capture('python3', ['-m', 'pip', 'config', 'list']).catch(() => '');
}
