import { z } from 'zod';
import { isCivilDate } from '../../common/market/civil-date.ts';
import type { ContractViolation } from '../source-error.ts';

/** Lets a cell say in which way it breaks the contract; `violationOf` in rows.ts reads it. */
function refuse(ctx: z.RefinementCtx, violation: ContractViolation, message: string): typeof z.NEVER {
  ctx.addIssue({ code: 'custom', message, params: { violation } });
  return z.NEVER;
}

/** Far beyond the amount of any market in yuan, and within what the columns of the database hold. */
const LARGEST = 1e16;
const LARGEST_PRICE = 1e9;

/** pandas writes NaN, NaT and the infinities as null. */
export const number = z.number().min(-LARGEST).max(LARGEST).nullable();
export const price = z.number().min(-LARGEST_PRICE).max(LARGEST_PRICE).nullable();
/** A close that no row can be judged by beside: it is above zero, or the answer is of something else. */
export const close = z.number().positive().max(LARGEST_PRICE).nullable();
/** A multiple, of either sign; more than this says nothing. */
export const ratio = z.number().min(-LARGEST_PRICE).max(LARGEST_PRICE).nullable();
/** Yuan or shares of a company: none or at least one. */
export const capital = z
  .number()
  .min(0)
  .max(LARGEST)
  .refine((value) => value === 0 || value >= 1, 'must not be a part of one')
  .nullable();

/** Text for a database, which can hold neither NUL nor half a surrogate pair. */
export const text = z
  .string()
  .refine((value) => !value.includes('\0') && value.isWellFormed(), 'must be text without NUL');
export const optionalText = text.nullable();

const T_DATE = /^\d{4}-\d{2}-\d{2}(T00:00:00(\.000)?)?$/;

/**
 * `2024-01-25T00:00:00.000` of a column of dates, or `2024-01-25` of one of strings: a date at the exchange, without a
 * zone, so its first ten characters are the date and no clock is asked.
 */
export const civilDate = z.string().transform((value, ctx) => {
  const date = value.slice(0, 10);
  if (T_DATE.test(value) && isCivilDate(date)) return date;
  return refuse(ctx, 'bad_date', 'is no date YYYY-MM-DD');
});
export const optionalCivilDate = civilDate.nullable();

const TIME = /^\d{4}-\d{2}-\d{2} ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;

/** `2024-01-25 09:31:00` at the exchange. */
export const civilTime = z.string().transform((value, ctx) => {
  if (TIME.test(value) && isCivilDate(value.slice(0, 10))) return value;
  return refuse(ctx, 'bad_date', 'is no time YYYY-MM-DD HH:MM:SS');
});

/** The exchange's wall clock as an instant: UTC+8, without summer time since 1991. */
export function instantOf(time: string): Date {
  return new Date(`${time.replace(' ', 'T')}+08:00`);
}

/** null of the upstream is undefined here. */
export function known<Value>(value: Value | null): Value | undefined {
  return value ?? undefined;
}

const SHARES_PER_LOT = 100;
const BINARY_NOISE = 1e-6;

/** 手 to shares. 0.29 lots are 29 shares, and not 28.999999999999996; what is no whole share stays what it is. */
export function sharesOfLots(lots: number): number {
  const shares = lots * SHARES_PER_LOT;
  const whole = Math.round(shares);
  return Math.abs(shares - whole) < BINARY_NOISE ? whole : shares;
}

/** `2024-01-25` as the parameters of the upstream write it: `20240125`. */
export function compactDate(date: string): string {
  return date.replaceAll('-', '');
}
