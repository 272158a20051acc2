import { fieldProblem } from '../../forms/field-problem.ts';
import type { Condition } from '../types.ts';
import { short } from '../units.ts';
import { componentText } from '../words.ts';
import { matchersOf, matchersText } from './matchers.ts';

export const CONDITION_KINDS = ['threshold', 'rate', 'ratio', 'absence', 'anomaly', 'component'] as const;
export type ConditionKind = (typeof CONDITION_KINDS)[number];

export const isConditionKind = (text: string): text is ConditionKind =>
  (CONDITION_KINDS as readonly string[]).includes(text);

export const KIND_TEXTS: Readonly<Record<ConditionKind, string>> = {
  threshold: '数值越界',
  rate: '增长越界',
  ratio: '占比越界',
  absence: '没有数据',
  anomaly: '与往日同时不同',
  component: '组件状态',
};

/** A field of a condition as people fill it in; the server judges what is in it (monitoring/alerts/rules/definition.ts). */
export interface ConditionField {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly as: 'text' | 'number' | 'matchers' | 'list' | readonly (readonly [value: string, text: string])[];
  /** Empty: the default of the server. */
  readonly isOptional?: boolean;
}

const METRIC: ConditionField = { name: 'metric', label: '指标', as: 'text' };
const MATCHERS: ConditionField = {
  ...{ name: 'matchers', label: '标签', as: 'matchers', isOptional: true },
  hint: '只看具有这些标签的，如 role=server, status_class=5xx',
};
const BY: ConditionField = {
  ...{ name: 'by', label: '分开判断', as: 'list', isOptional: true },
  hint: '这些标签的每组值各是一个告警，如 queue；不填则合在一起',
};
const DIRECTIONS = [
  ['above', '高于'],
  ['below', '低于'],
] as const;
const CLEAR: ConditionField = {
  ...{ name: 'clear', label: '恢复界限', as: 'number', isOptional: true },
  hint: '回到它的另一侧才算恢复；不填则同界限',
};
const BOUND: readonly ConditionField[] = [
  { name: 'direction', label: '方向', as: DIRECTIONS },
  { name: 'limit', label: '界限', as: 'number' },
  CLEAR,
];
const REDUCES = [
  ['mean', '平均值'],
  ['last', '最后一个值'],
  ['largest', '最大值'],
  ['smallest', '最小值'],
] as const;
const WINDOW: ConditionField = {
  ...{ name: 'windowSeconds', label: '窗口（秒）', as: 'number', isOptional: true },
  hint: '看多长时间，15 至 86400',
};

export const CONDITION_FIELDS: Readonly<Record<ConditionKind, readonly ConditionField[]>> = {
  threshold: [METRIC, MATCHERS, BY, { name: 'reduce', label: '取', as: REDUCES }, WINDOW, ...BOUND],
  rate: [
    ...[METRIC, MATCHERS, BY, WINDOW],
    { name: 'perSeconds', label: '每多少秒的增长', as: 'number', isOptional: true },
    ...BOUND,
  ],
  ratio: [
    ...[METRIC, MATCHERS],
    { name: 'part', label: '其中', as: 'matchers', hint: '占比属于还具有这些标签的，如 status_class=5xx' },
    ...[BY, WINDOW],
    {
      ...{ name: 'fewest', label: '至少多少个', as: 'number', isOptional: true },
      hint: '窗口内少于此数不触发；不填则 5',
    },
    { name: 'limit', label: '界限', as: 'number', hint: '0 至 1，如 0.05' },
    CLEAR,
  ],
  absence: [
    ...[METRIC, MATCHERS],
    {
      ...{ name: 'absentSeconds', label: '没有数据多久（秒）', as: 'number', isOptional: true },
      hint: '30 至 86400',
    },
  ],
  anomaly: [
    ...[METRIC, MATCHERS, BY],
    { name: 'direction', label: '方向', as: [['both', '两个方向'], ...DIRECTIONS] },
    { name: 'days', label: '看多少天', as: 'number', isOptional: true, hint: '3 至 60' },
    { name: 'leastDays', label: '至少有多少天的数据', as: 'number', isOptional: true },
    { name: 'deviations', label: '偏离多少个稳健标准差', as: 'number', isOptional: true },
    { name: 'leastDifference', label: '至少相差', as: 'number', isOptional: true },
    {
      ...{ name: 'untilKnown', label: '最初几天的上限', as: 'number', isOptional: true },
      hint: '天数不够时只看它；不填则不判断',
    },
  ],
  component: [
    { name: 'component', label: '组件', as: 'text', hint: '组件名，如 disk；* 为全部' },
    { name: 'except', label: '除外', as: 'list', isOptional: true, hint: '组件为 * 时' },
    {
      ...{ name: 'from', label: '从' },
      as: [
        ['degraded', '降级起'],
        ['down', '故障起'],
      ],
    },
  ],
};

/** The name of its field in a form, which is also how the server names it when it refuses it. */
export const fieldName = (name: string): string => `condition.${name}`;

export const listOfText = (text: string): readonly string[] =>
  text
    .split(/[,，\s]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** A whole or decimal figure. @throws ProblemError for the field of that name */
export function numberOf(text: string, field: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw fieldProblem(field, '请输入数字');
  return value;
}

function valueOf({ name, as }: ConditionField, text: string): unknown {
  if (as === 'number') return numberOf(text, fieldName(name));
  if (as === 'matchers') return matchersOf(text, fieldName(name));
  return as === 'list' ? listOfText(text) : text;
}

/** What stands in the fields of a form; undefined: nothing. */
interface Given {
  optional(name: string): string | undefined;
}

/** What the form says; what is left empty has the server's default. @throws ProblemError */
export function conditionOf(kind: ConditionKind, values: Given): Condition {
  const given = CONDITION_FIELDS[kind].flatMap((field) => {
    const text = values.optional(fieldName(field.name));
    return text === undefined ? [] : [[field.name, valueOf(field, text)] as const];
  });
  return { kind, ...Object.fromEntries(given) };
}

const isMatchers = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands in a field for what the condition says. */
export function fieldTextOf({ name }: ConditionField, condition: Condition | undefined): string | undefined {
  const value = condition?.[name];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.join(', ') || undefined;
  if (isMatchers(value)) return matchersText(value) || undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const figure = (value: unknown): string => (typeof value === 'number' ? short(value) : '?');
const wordIn = (words: readonly (readonly [string, string])[], value: unknown): string =>
  words.find(([code]) => code === value)?.[1] ?? String(value);

/** What is judged, and how; the server fills in what a rule leaves out. */
const LINES: Readonly<
  Record<ConditionKind, (condition: Condition, metric: string, bound: string) => string>
> = {
  threshold: ({ windowSeconds, reduce }, metric, bound) =>
    `${metric} 在 ${figure(windowSeconds)} 秒内的${wordIn(REDUCES, reduce)}${bound}`,
  rate: ({ perSeconds }, metric, bound) => `${metric} 每 ${figure(perSeconds)} 秒的增长${bound}`,
  ratio: ({ windowSeconds, part, limit }, metric) =>
    `${metric} 在 ${figure(windowSeconds)} 秒内 ${isMatchers(part) ? matchersText(part) : '?'} 的占比高于 ${figure(limit)}`,
  absence: ({ absentSeconds }, metric) => `${metric} ${figure(absentSeconds)} 秒没有数据`,
  anomaly: ({ deviations }, metric) => `${metric} 与往日同一小时相差 ${figure(deviations)} 个稳健标准差`,
  component: ({ component, from }) => {
    const name = String(component);
    return `${name === '*' ? '任一组件' : componentText(name)}${from === 'down' ? '故障' : '降级或故障'}`;
  },
};

/** A condition in one line. */
export function conditionText(condition: Condition): string {
  const { kind, direction = 'above', limit } = condition;
  if (!isConditionKind(kind)) return JSON.stringify(condition);
  const matchers = isMatchers(condition['matchers']) ? matchersText(condition['matchers']) : '';
  const metric = `${String(condition['metric'])}${matchers === '' ? '' : `{${matchers}}`}`;
  return LINES[kind](condition, metric, `${wordIn(DIRECTIONS, direction)} ${figure(limit)}`);
}
