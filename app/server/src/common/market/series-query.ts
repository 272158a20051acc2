import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { buildMessage, IsIn, ValidateBy } from 'class-validator';
import { InvalidParameterError } from '../errors.ts';
import { OptionalLimit } from '../paging.ts';
import { isCivilDate } from './civil-date.ts';
import { Optional } from '../optional.ts';

export const PERIODS = ['daily', 'weekly', 'monthly'] as const;
export type Period = (typeof PERIODS)[number];

/** As traded, forward-adjusted (前复权), backward-adjusted (后复权). */
export const ADJUSTMENTS = ['none', 'qfq', 'hfq'] as const;
export type Adjustment = (typeof ADJUSTMENTS)[number];

function IsCivilDate(): PropertyDecorator {
  return ValidateBy({
    name: 'isCivilDate',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isCivilDate(value),
      defaultMessage: buildMessage(
        (prefix) => `${prefix}must be a civil date YYYY-MM-DD that the calendar has`,
      ),
    },
  });
}

/** An optional civil date: validation and OpenAPI in one. */
export function OptionalCivilDate(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, format: 'date', description, example: '2024-01-02' }),
    Optional(),
    IsCivilDate(),
  );
}

/** More than any market has had trading days. */
const MOST_ITEMS = 20_000;

/** What is asked of a symbol's bars, and of everything that is computed from them. */
export class SeriesQuery {
  @OptionalCivilDate('first date to return')
  from?: string;

  @OptionalCivilDate('last date to return')
  to?: string;

  @ApiPropertyOptional({
    enum: PERIODS,
    default: 'daily',
    description: 'weekly and monthly bars are dated by their last trading day',
  })
  @IsIn(PERIODS, { message: `must be one of ${PERIODS.join(', ')}` })
  period: Period = 'daily';

  @ApiPropertyOptional({
    enum: ADJUSTMENTS,
    default: 'none',
    description:
      'none: prices as they were paid. qfq, hfq: adjusted by ratio for dividends, bonus and rights issues, so that returns are those of a holder; qfq leaves the prices of `asOf` as they are, so every new ex-date changes the whole series. Refused with 409 where the factors of the symbol are not known.',
  })
  @IsIn(ADJUSTMENTS, { message: `must be one of ${ADJUSTMENTS.join(', ')}` })
  adjust: Adjustment = 'none';

  @OptionalLimit({
    description: 'the newest so many items of the range; all of them unless given',
    maximum: MOST_ITEMS,
    example: 250,
  })
  limit?: number;
}

/** @throws InvalidParameterError when the range is empty by construction */
export function checkRange({ from, to }: { from?: string; to?: string }): void {
  if (from !== undefined && to !== undefined && from > to)
    throw new InvalidParameterError('from', `must not be after to (${to})`);
}

/** First index, and the one after the last, of what a query asks for of ascending dates. */
export function windowOf(
  dates: readonly string[],
  query: { readonly from?: string; readonly to?: string; readonly cursor?: string; readonly limit?: number },
): readonly [start: number, end: number] {
  const { from = '', to = '9999', cursor = '9999', limit = Infinity } = query;
  const first = dates.findIndex((date) => date >= from);
  const end = dates.findLastIndex((date) => date <= to && date < cursor) + 1;
  return [first === -1 ? end : Math.max(Math.min(first, end), end - limit), end];
}
