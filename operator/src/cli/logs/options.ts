import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { misuse } from '../problem.ts';
import { LEVELS, LOG_COMPONENTS, type Level, type LogComponent } from './entry.ts';
import { durationMs, nanosOf, sinceTimeOf } from './time.ts';

export interface LogsOptions {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly operatorNamespace?: string | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly sinceSeconds?: number | undefined;
  readonly sinceTime?: string | undefined;
  readonly tailLines?: number | undefined;
  readonly components: readonly LogComponent[];
  readonly level?: Level | undefined;
  readonly grep?: string | undefined;
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly output: 'text' | 'json';
  readonly timestamps: boolean;
  /** Undefined: where a terminal shows it. */
  readonly color?: boolean | undefined;
}

export const LOGS_HELP = `Shows what all parts of a StockAnalysis have written, merged by time.

Usage: kubectl stockanalysis logs NAME [flags]

  -n, --namespace=            namespace of the object; default: that of the context
      --context=, --kubeconfig=
                              as for kubectl
      --operator-namespace=   where the operator runs; default: looked for in the namespace of the object, then in all
  -f, --follow                go on with what is written from now on, also by pods that come or start again
  -p, --previous              the containers that ran before the last restart
      --since=                newer than a duration such as 90s, 5m or 1h30m
      --since-time=           newer than a time such as 2026-11-26T08:00:00Z
      --tail=                 that many lines of each container, before anything is filtered; default: all
      --component=            some of ${LOG_COMPONENTS.join(',')}; default: all
      --level=                this severity and above: ${LEVELS.join(', ')}; lines without one are shown
      --grep=                 entries that hold this text
      --request-id=           entries of one request, by its X-Request-Id
      --trace-id=             entries of one trace
  -o, --output=               text or json, one object per line; default: text
      --timestamps=           false leaves the times out
      --no-color              as the variable NO_COLOR does
  -h, --help

Exit codes: 0 all was read; 1 nothing could be; 2 wrong usage; 3 a part could not be read, as standard error says;
130 after Ctrl-C.
`;

const FLAGS = {
  namespace: { type: 'string', short: 'n' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  'operator-namespace': { type: 'string' },
  follow: { type: 'boolean', short: 'f' },
  previous: { type: 'boolean', short: 'p' },
  since: { type: 'string' },
  'since-time': { type: 'string' },
  tail: { type: 'string' },
  component: { type: 'string', multiple: true },
  level: { type: 'string' },
  grep: { type: 'string' },
  'request-id': { type: 'string' },
  'trace-id': { type: 'string' },
  output: { type: 'string', short: 'o' },
  timestamps: { type: 'boolean' },
  color: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

/** Undefined where help is asked for. @throws Problem */
export function parseLogsOptions(args: readonly string[]): LogsOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [name, ...others] = positionals;
  if (name === undefined) throw misuse('The name of a StockAnalysis is missing.', 'logs');
  if (others.length > 0) throw misuse(`One name at a time: ${others.join(' ')} is too much.`, 'logs');
  if (values.since !== undefined && values['since-time'] !== undefined)
    throw misuse('--since and --since-time exclude each other', 'logs');
  if (values.follow && values.previous)
    throw misuse('--follow and --previous exclude each other: what ended writes nothing any more', 'logs');
  return {
    name: name.replace(/^(stockanalys[ei]s|stk)(\.[a-z.]+)?\//, ''),
    namespace: values.namespace,
    operatorNamespace: values['operator-namespace'],
    context: values.context,
    kubeconfig: values.kubeconfig,
    follow: values.follow ?? false,
    previous: values.previous ?? false,
    sinceSeconds:
      values.since === undefined ? undefined : Math.ceil(durationMs(values.since, '--since') / 1000),
    sinceTime: values['since-time'] === undefined ? undefined : timeOf(values['since-time']),
    tailLines: tailOf(values.tail),
    components: componentsOf(values.component ?? []),
    level: values.level === undefined ? undefined : oneOf('--level', values.level, LEVELS),
    grep: values.grep,
    requestId: values['request-id'],
    traceId: values['trace-id'],
    output: oneOf('--output', values.output ?? 'text', ['text', 'json'] as const),
    timestamps: values.timestamps ?? true,
    color: values.color,
  };
}

/** kubectl takes `--follow=true` as well, which parseArgs does not know. */
function withoutBooleans(arg: string): string {
  const [, flag, value] = /^--([a-z-]+)=(true|false)$/.exec(arg) ?? [];
  const isBoolean = Object.entries(FLAGS).some(([name, { type }]) => name === flag && type === 'boolean');
  return isBoolean ? `--${value === 'true' ? '' : 'no-'}${flag}` : arg;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: args.map(withoutBooleans),
      options: FLAGS,
      allowPositionals: true,
      allowNegative: true,
    });
  } catch (error) {
    throw misuse(wordsOf(error), 'logs');
  }
}

/** Of a flag that it does not know, Node goes on about positional arguments, of which there is one that never begins with a dash. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isUnknown = 'code' in error && error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
  return isUnknown ? error.message.replace(/ To specify a positional argument .*$/su, '') : error.message;
}

function oneOf<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text.toLowerCase());
  if (found === undefined)
    throw misuse(`${flag} must be one of ${choices.join(', ')}, not ${JSON.stringify(text)}`, 'logs');
  return found;
}

function componentsOf(texts: readonly string[]): readonly LogComponent[] {
  const named = texts
    .flatMap((text) => text.split(','))
    .map((text) => oneOf('--component', text.trim(), LOG_COMPONENTS));
  return named.length > 0 ? LOG_COMPONENTS.filter((component) => named.includes(component)) : LOG_COMPONENTS;
}

/** -1 means all, as for kubectl. */
function tailOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '-1') return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw misuse(`--tail must be a number of lines, not ${JSON.stringify(text)}`, 'logs');
  return Number(text);
}

function timeOf(text: string): string {
  const nanos = nanosOf(text);
  if (nanos === undefined)
    throw misuse(
      `--since-time must be a time such as 2026-11-26T08:00:00Z, not ${JSON.stringify(text)}`,
      'logs',
    );
  return sinceTimeOf(nanos);
}
