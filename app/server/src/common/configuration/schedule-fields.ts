import { CronExpressionParser } from 'cron-parser';
import { z } from 'zod';
import { messageOf } from './errors.ts';

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const FIVE_FIELDS = /^[\d*/,a-z-]+( [\d*/,a-z-]+){4}$/i;
/** To the parser: some time or other, another one whenever it is read. */
const ANY = /(?<![a-z])h(?![a-z])/i;

/** Undefined: it comes again and again. As whoever keeps to it reads it, or it would fail each time that it is looked at. */
function problemOf(text: string): string | undefined {
  if (!FIVE_FIELDS.test(text)) return 'must have five fields: minute, hour, day of month, month, day of week';
  if (ANY.test(text)) return 'must name its times; H names none';
  try {
    CronExpressionParser.parse(text, { tz: 'UTC' }).prev();
    return undefined;
  } catch (error) {
    return `must be a schedule: ${messageOf(error)}`;
  }
}

export const cron = z.string().superRefine((text, context) => {
  const message = problemOf(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

export const timeZone = z.string().refine(isTimeZone, 'must be a time zone such as Asia/Shanghai');
