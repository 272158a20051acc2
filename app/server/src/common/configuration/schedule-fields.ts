import { z } from 'zod';

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Five fields; what the parser of the schedule makes of their values is its matter. */
const CRON = /^[\d*/,a-z-]+( [\d*/,a-z-]+){4}$/i;

export const cron = z
  .string()
  .regex(CRON, 'must have five fields: minute, hour, day of month, month, day of week');

export const timeZone = z.string().refine(isTimeZone, 'must be a time zone such as Asia/Shanghai');
