import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseLogsOptions } from '../../operator/src/cli/logs/options.ts';
import {
  DATABASE,
  PATH,
  aktoolsName,
  credentialName,
  postgresName,
  serverName,
} from '../../operator/src/naming/index.ts';
import { runbookCode, runbookPages, type Page } from '../support/runbooks.ts';

const code = runbookCode();
/** More than the name of a command. */
const commands = code.filter(
  ({ text }) => /^kubectl \S+ \S/.test(text) && text !== 'kubectl stockanalysis logs',
);

/** As a shell would split it, up to a pipe. */
const wordsOf = (command: string): readonly string[] =>
  [...(command.split(' | ')[0] ?? '').matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replaceAll(/['"]/g, ''),
  );

/** Flags of kubectl that pages use, by its verb; with those of all verbs. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  get: ['-n', '-l', '-o', '-A', '--raw', '--show-managed-fields'],
  describe: ['-n'],
  logs: ['-n', '-l', '--prefix', '--tail', '--since', '--previous', '--ignore-errors'],
  exec: ['-n', '-it', '-c'],
  delete: ['-n', '--force'],
  rollout: ['-n'],
  wait: ['-n', '--for', '--timeout'],
  'port-forward': ['-n'],
};
const KINDS = new Set(
  'pod pods secret node lease deployment stockanalysis stk KIND validatingwebhookconfigurations,mutatingwebhookconfigurations'.split(
    ' ',
  ),
);
/** What has no namespace, or is asked for in all of them. */
const EVERYWHERE = /^get (node|stk -A|--raw|validatingwebhook)/;
const OBJECTS = new Set([
  ...['NAME', 'POD', 'KIND'],
  ...[serverName('NAME'), aktoolsName('NAME'), `${postgresName('NAME')}-0`],
  // Its number is in the status of the object.
  credentialName('NAME', 'databaseTLS', 0).replace(/\d+$/, '$$N'),
]);
const COMPONENTS = new Set(['server', 'worker', 'postgres', 'operator']);

/** What kubectl would not understand, or would understand as something else. */
function troubles(command: string): readonly string[] {
  const [verb = '', ...args] = wordsOf(command).slice(1);
  const end = args.indexOf('--');
  const own = end < 0 ? args : args.slice(0, end);
  const flags = own.filter((word) => word.startsWith('-')).map((word) => word.split('=')[0] ?? '');
  const words = own.filter((word, index) => !word.startsWith('-') && !/^-[nlco]$/.test(own[index - 1] ?? ''));
  const labelled = [...command.matchAll(/kubernetes\.io\/component=(\w+)/g)].map(([, name = '']) => name);
  const named = words.flatMap((word) => word.split('/')).filter((word) => /NAME|POD|KIND/.test(word));
  const kinds =
    /^(get|describe|delete|wait)$/.test(verb) && !flags.includes('--raw') ? words.slice(0, 1) : [];
  return [
    ...flags.filter((flag) => !FLAGS[verb]?.includes(flag)),
    ...named.filter((word) => !OBJECTS.has(word)),
    ...labelled.filter((name) => !COMPONENTS.has(name)),
    ...kinds.filter((kind) => !KINDS.has(kind)),
    ...(flags.includes('-n') || EVERYWHERE.test([verb, ...args].join(' ')) ? [] : ['no namespace']),
    // It would read one of several pods.
    ...(verb === 'logs' && /deployment\//.test(command) ? ['one pod'] : []),
  ];
}

const isOfPlugin = ({ text }: Page): boolean => text.startsWith('kubectl stockanalysis ');

describe('commands of runbooks', () => {
  it.each(commands.filter((one) => !isOfPlugin(one)))('$name: $text', ({ text }) => {
    expect(troubles(text)).toEqual([]);
  });

  it.each(commands.filter(isOfPlugin))('$name: $text', ({ text }) => {
    const [, , command, ...args] = wordsOf(text);
    expect(command).toBe('logs');
    expect(parseLogsOptions(args)).toMatchObject({ name: 'NAME', namespace: 'NAMESPACE' });
  });

  it('are there, of both kinds, and a wrong one is seen', () => {
    expect(commands.filter(isOfPlugin).length).toBeGreaterThan(15);
    expect(commands.length).toBeGreaterThan(40);
    expect(troubles('kubectl logs deployment/NAME-servers --sinse=1h')).toEqual([
      '--sinse',
      'NAME-servers',
      'no namespace',
      'one pod',
    ]);
  });

  it('open psql as the superuser, over the socket, with the password that is mounted', () => {
    const [psql, ...others] = code.filter(({ text }) => text.includes('psql --host'));
    expect(others).toEqual([]);
    expect(psql?.text).toContain(`cat ${PATH.postgresAdmin}/password`);
    expect(psql?.text).toContain(
      `psql --host=${PATH.postgresSocket} --username=${DATABASE.superuser} --dbname=${DATABASE.name} `,
    );
  });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
}

describe('fields that runbooks name', () => {
  const file = resolve(import.meta.dirname, '../../crds/stockanalysis.dev_stockanalyses.yaml');
  const { spec } = parse(readFileSync(file, 'utf8')) as {
    spec: { versions: readonly { schema: { openAPIV3Schema: Schema } }[] };
  };
  const root = spec.versions[0]?.schema.openAPIV3Schema ?? {};
  /** Whether the object has it; what is free below a field is not looked into. */
  const holds = (schema: Schema | undefined, [name, ...rest]: readonly string[]): boolean => {
    if (schema === undefined || name === undefined) return schema !== undefined;
    if (typeof schema.additionalProperties === 'object') return true;
    return holds(schema.properties?.[name], rest);
  };
  const exists = (path: string): boolean => holds(root, path.split('.'));

  it('are in the schema of the object', () => {
    const named = runbookPages().flatMap(({ name, text }) =>
      [...text.matchAll(/`(spec(?:\.[a-zA-Z]+)+)/g)].map(([, path = '']) => ({ name, path })),
    );
    expect(named.filter(({ path }) => !exists(path))).toEqual([]);
    expect(named.length).toBeGreaterThan(30);
    expect(exists('spec.server.replica')).toBe(false);
  });
});
