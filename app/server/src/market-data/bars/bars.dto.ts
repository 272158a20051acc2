import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { buildMessage, IsIn, IsOptional, ValidateBy } from 'class-validator';
import { isCivilDate } from '../civil-date.ts';

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

/** What bars and everything computed from bars have in common. */
export class BarsQuery {
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

export class BarItem {
  @ApiProperty({ format: 'date', example: '2024-09-19' })
  date!: string;

  @ApiProperty({
    description: 'yuan, or points for an index',
    pattern: String.raw`^\d+\.\d{2,4}$`,
    example: '9.50',
  })
  open!: string;

  @ApiProperty({ pattern: String.raw`^\d+\.\d{2,4}$` })
  high!: string;

  @ApiProperty({ pattern: String.raw`^\d+\.\d{2,4}$` })
  low!: string;

  @ApiProperty({ pattern: String.raw`^\d+\.\d{2,4}$` })
  close!: string;

  @ApiProperty({ type: 'integer', description: 'shares' })
  volume!: number;

  @ApiProperty({ description: 'yuan', pattern: String.raw`^\d+\.\d{2,4}$`, example: '2037648384.00' })
  amount!: string;
}

export class BarList {
  @ApiProperty({ example: '000001.SZ' })
  symbol!: string;

  @ApiProperty({ enum: PERIODS })
  period!: Period;

  @ApiProperty({ enum: ADJUSTMENTS })
  adjust!: Adjustment;

  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'date of the newest stored bar; null when there is none',
  })
  asOf!: string | null;

  @ApiProperty({ example: 'sample' })
  source!: string;

  @ApiProperty({ description: 'true when the bars of this symbol end before the newest bar of the source' })
  stale!: boolean;

  @ApiProperty({ type: [BarItem] })
  items!: BarItem[];
}
