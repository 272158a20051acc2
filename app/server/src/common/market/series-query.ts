import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { buildMessage, IsIn, IsOptional, ValidateBy } from 'class-validator';
import { InvalidParameterError } from '../errors.ts';
import { isCivilDate } from './civil-date.ts';

export const PERIODS = ['daily', 'weekly', 'monthly'] as const;
export type Period = (typeof PERIODS)[number];

/** Adjustment needs factors, which no source provides yet; asking for one is refused rather than answered wrongly. */
export const ADJUSTMENTS = ['none'] as const;
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
    IsOptional(),
    IsCivilDate(),
  );
}

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

  @ApiPropertyOptional({ enum: ADJUSTMENTS, default: 'none' })
  @IsIn(ADJUSTMENTS, {
    message:
      'must be none: the source has no adjustment factors, so forward and backward adjusted prices cannot be computed',
  })
  adjust: Adjustment = 'none';
}

/** @throws InvalidParameterError when the range is empty by construction */
export function checkRange({ from, to }: { from?: string; to?: string }): void {
  if (from !== undefined && to !== undefined && from > to)
    throw new InvalidParameterError('from', `must not be after to (${to})`);
}
