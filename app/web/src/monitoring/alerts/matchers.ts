import { fieldProblem } from '../../forms/field-problem.ts';
import type { Matchers } from '../types.ts';

const LABEL = /^[a-z][a-z0-9_]{0,63}$/;

/** Labels and their values as one line: rule=DiskAlmostFull, component=disk */
export const matchersText = (matchers: Matchers): string =>
  Object.entries(matchers)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');

/** Reads such a line. Values hold no commas, as those of labels do not. @throws ProblemError for the field of that name */
export function matchersOf(text: string, field: string): Matchers {
  const pairs = text
    .split(/[,，\n]/)
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()] as const;
    });
  if (!pairs.every(([name]) => LABEL.test(name)))
    throw fieldProblem(field, '请按“标签=值”填写，多个之间用逗号；标签是小写字母、数字和下划线');
  return Object.fromEntries(pairs);
}
