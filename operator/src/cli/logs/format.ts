import { isRecord } from '../../kube/index.ts';
import { neutral, neutralJson } from '../neutral.ts';
import type { Entry, Level, LogComponent, Origin } from './entry.ts';
import { isoOf } from './time.ts';

export interface TextStyle {
  /** Name of the object, which need not be repeated in front of every pod. */
  readonly name: string;
  readonly timestamps: boolean;
  readonly color: boolean;
}

const RESET = '\u001b[0m';
const COLOR_OF: Readonly<Record<LogComponent, string>> = {
  server: '\u001b[36m',
  worker: '\u001b[32m',
  migrate: '\u001b[35m',
  postgres: '\u001b[34m',
  aktools: '\u001b[33m',
  operator: '\u001b[90m',
};
const COLOR_OF_LEVEL: Readonly<Partial<Record<Level, string>>> = {
  warn: '\u001b[33m',
  error: '\u001b[31m',
  fatal: '\u001b[1;31m',
};

/** What stands in front of the line already, or says where it was written. */
const SHOWN = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'role', 'v']);
const DEEPEST = 3;

/** Every line of the operator that is shown is about the object. */
const OF_OPERATOR = new Set(['controller', 'namespace', 'name']);

/** The end of the name of a Deployment's pod, whatever somebody called the release. */
const END_OF_POD = /[^-]+-[^-]+$/;

/** `server/6d4f-x2k4j`, with the container where it is none of the same name. */
function labelOf({ component, pod, container }: Origin, name: string): string {
  const prefix = [`${name}-${component}-`, `${name}-`].find((one) => pod.startsWith(one)) ?? '';
  const short = component === 'operator' ? (END_OF_POD.exec(pod)?.[0] ?? pod) : pod.slice(prefix.length);
  return `${component}/${short}${container === component ? '' : `/${container}`}`;
}

/** `key=value` of everything that the message does not say; stacks apart, since they have lines of their own. */
function fieldTexts(fields: Readonly<Record<string, unknown>>, path: string, stacks: string[]): string[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    if (path === '' && SHOWN.has(key)) return [];
    const name = path + key;
    if (key === 'stack' && typeof value === 'string') {
      stacks.push(...value.split('\n'));
      return [];
    }
    if (isRecord(value) && name.split('.').length < DEEPEST) return fieldTexts(value, `${name}.`, stacks);
    return [`${name}=${textOf(value)}`];
  });
}

const textOf = (value: unknown): string =>
  typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);

function linesOf({ origin, fields, text, more }: Entry): string[] {
  if (!fields) return [text, ...more];
  const stacks: string[] = [];
  const message = typeof fields['msg'] === 'string' ? [fields['msg']] : [];
  const isOperator = origin.component === 'operator';
  const told = Object.entries(fields).filter(([key]) => !(isOperator && OF_OPERATOR.has(key)));
  const first = [...message, ...fieldTexts(Object.fromEntries(told), '', stacks)].join(' ');
  return [...first.split('\n'), ...stacks, ...more];
}

/** One entry as lines for people; nothing in them is obeyed by a terminal but our own colours. */
export function asText(entry: Entry, { name, timestamps, color }: TextStyle): string {
  const paint = (code: string | undefined, text: string): string =>
    color && code ? `${code}${text}${RESET}` : text;
  const { origin, level, fields } = entry;
  const [first = '', ...rest] = linesOf(entry).map(neutral);
  const parts = [
    ...(timestamps ? [isoOf(entry.at)] : []),
    paint(COLOR_OF[origin.component], neutral(labelOf(origin, name))),
    ...(fields && level ? [paint(COLOR_OF_LEVEL[level], level.toUpperCase().padEnd(5))] : []),
    fields ? first : paint(level && COLOR_OF_LEVEL[level], first),
  ];
  return [parts.join(' '), ...rest.map((line) => `    ${line}`)].map((line) => `${line}\n`).join('');
}

/** One entry as one JSON object on one line: what was JSON under `log`, what was text under `text`. */
export function asJson({ origin, at, level, fields, text, more }: Entry): string {
  const content = fields
    ? { log: fields, ...(more.length > 0 ? { more } : {}) }
    : { text: [text, ...more].join('\n') };
  return `${neutralJson({ time: isoOf(at), ...origin, ...(level ? { level } : {}), ...content })}\n`;
}
