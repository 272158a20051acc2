import { ApiProperty } from '@nestjs/swagger';
import { ADJUSTMENTS, type Adjustment, OptionalCivilDate } from '../../common/market/series-query.ts';
import type { RuleAction } from '../rule-score.ts';

const ACTIONS = ['buy', 'add', 'hold', 'reduce', 'sell', 'watch'] as const satisfies readonly RuleAction[];

export class RuleAnalysisQuery {
  @OptionalCivilDate('judge as on this date: later bars are not looked at')
  asOf?: string;
}

export class RuleReasonItem {
  @ApiProperty({ example: 'trend.alignment' })
  id!: string;

  @ApiProperty({ description: 'in Chinese, for people' })
  text!: string;

  @ApiProperty({ description: 'what this rule adds to 50, negative when it speaks against' })
  points!: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'number' },
    description: 'the numbers that the rule looked at, rounded to 6 decimals',
  })
  evidence!: Readonly<Record<string, number>>;
}

export class RuleAnalysis {
  @ApiProperty({ example: '000001.SZ' })
  symbol!: string;

  @ApiProperty({ example: '平安银行' })
  name!: string;

  @ApiProperty({ type: String, format: 'date', description: 'date of the bar that was judged' })
  asOf!: string;

  @ApiProperty({ example: 'sample' })
  source!: string;

  @ApiProperty({ description: 'true when bars are missing that should be there; a halted share misses none' })
  stale!: boolean;

  @ApiProperty({
    enum: ADJUSTMENTS,
    description:
      'what the prices were: forward-adjusted where the ex-dates are known; none elsewhere, and `dataGaps` says what that means',
  })
  adjust!: Adjustment;

  @ApiProperty({ minimum: 0, maximum: 100, description: '50 is neutral' })
  score!: number;

  @ApiProperty({ enum: ACTIONS, description: 'watch: the history is too short to suggest anything' })
  action!: RuleAction;

  @ApiProperty({ type: [RuleReasonItem] })
  reasons!: readonly RuleReasonItem[];

  @ApiProperty({
    type: [String],
    description: 'in Chinese: what is missing or doubtful, and rules that could not be judged for it',
  })
  dataGaps!: readonly string[];

  @ApiProperty()
  disclaimer!: string;
}
