import { z } from 'zod';
import { describe } from './common.ts';
import { CRON_PATTERN, isTimeZone, namesTwice, neverOccurs } from './schedule.ts';

const LONGEST_CRON = 128;
const NEVER = 'Never';

const occurs = {
  check: (cron: string): boolean => cron === NEVER || !neverOccurs(cron),
  message: 'holds a range from high to low, or no day of any year',
};
const once = {
  check: (cron: string): boolean => cron === NEVER || neverOccurs(cron) || !namesTwice(cron),
  message: 'names a value of a field twice',
};

/** Five fields of cron. */
export const cronField = (description: string) =>
  z
    .string()
    .max(LONGEST_CRON)
    .regex(new RegExp(CRON_PATTERN))
    .refine(occurs.check, { message: occurs.message })
    .refine(once.check, { message: once.message })
    .meta(describe(description));

/** Five fields of cron, or the word for not at all. */
export const cronOrNeverField = (description: string) =>
  z
    .string()
    .max(LONGEST_CRON)
    .regex(new RegExp(`^${NEVER}$|${CRON_PATTERN}`))
    .refine(occurs.check, { message: occurs.message })
    .refine(once.check, { message: once.message })
    .meta(describe(description));

/** The field as the application takes it. */
export const cronOrFalse = (cron: string): string | false => (cron === NEVER ? false : cron);

export const timeZoneField = (description: string) =>
  z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9_+/-]+$/)
    .refine(isTimeZone, { message: 'is no time zone of the IANA database' })
    .default('Asia/Shanghai')
    .meta(describe(description));
