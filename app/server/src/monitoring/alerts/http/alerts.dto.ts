import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, Matches } from 'class-validator';
import { Optional } from '../../../common/optional.ts';
import { OptionalInstant } from '../../../common/instant.ts';
import { OptionalCursor, OptionalLimit } from '../../../common/paging.ts';
import { IsReason } from '../../../common/text-fields.ts';
import { SEVERITIES, type Severity } from '../rules/definition.ts';

export const STATES = ['pending', 'firing', 'resolved'] as const;
export type State = (typeof STATES)[number];

export class AlertsQuery {
  @ApiPropertyOptional({ enum: [...STATES, 'active'], description: 'active: pending or firing' })
  @Optional()
  @IsIn([...STATES, 'active'], { message: `must be one of ${STATES.join(', ')}, active` })
  state?: State | 'active';

  @ApiPropertyOptional({ enum: SEVERITIES })
  @Optional()
  @IsIn(SEVERITIES, { message: `must be one of ${SEVERITIES.join(', ')}` })
  severity?: Severity;

  @ApiPropertyOptional({ example: 'DatabaseDown' })
  @Optional()
  @Matches(/^[A-Za-z0-9]{1,64}$/, { message: 'must be the name of a rule' })
  rule?: string;

  @OptionalInstant('began at this instant or after it')
  from?: string;

  @OptionalInstant('began before this instant')
  to?: string;

  @OptionalCursor(120)
  cursor?: string;

  @OptionalLimit({ maximum: 200, default: 50 })
  limit: number = 50;
}

export class AcknowledgeBody {
  @IsReason('what is done about it, for those who read it')
  comment!: string;
}

export class Suppression {
  @ApiProperty({ enum: ['silenced', 'inhibited', 'cooldown', 'flapping', 'no-channel'] })
  reason!: string;

  @ApiProperty()
  count!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  firstAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  lastAt!: Date;
}

export class Alert {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ description: 'of the rule and its labels: the same for each time that it is the case' })
  fingerprint!: string;

  @ApiProperty({ example: 'DatabaseDown' })
  rule!: string;

  @ApiProperty({ enum: SEVERITIES, description: 'critical also once it was escalated' })
  severity!: Severity;

  @ApiProperty({ enum: STATES })
  state!: State;

  @ApiProperty({ type: Object, additionalProperties: { type: 'string' } })
  labels!: Record<string, string>;

  @ApiProperty({ example: 'the database does not answer' })
  summary!: string;

  @ApiProperty({ description: 'what it means and what to do' })
  description!: string;

  @ApiProperty({ type: Number, nullable: true, description: 'what was seen last while it was the case' })
  value!: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'the bound that it went beyond' })
  limit!: number | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'the first breach; `firedAt` is what mails call since and webhooks startsAt',
  })
  startsAt!: Date;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'when it had been the case for `forSeconds` of its rule; of one that came back, when it last had been. Null: it is pending, or never fired',
  })
  firedAt!: Date | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when it fired first; other than `firedAt` where it came back within its cool-down',
  })
  firstFiredAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: it is the case' })
  endsAt!: Date | null;

  @ApiProperty({
    enum: ['clear', 'no-data', 'rule-removed'],
    nullable: true,
    type: String,
    description:
      'clear: the condition is gone; no-data: nothing came that it could be judged by; rule-removed: its rule is gone or switched off. Of the last two nobody knows whether the trouble is over',
  })
  endReason!: string | null;

  @ApiProperty({ description: 'looks at it' })
  evaluations!: number;

  @ApiProperty({ description: 'it came back within its cool-down' })
  reopened!: number;

  @ApiProperty({ description: 'messages about it, each of which goes over at least one channel' })
  messages!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  escalatedAt!: Date | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'of what is the case, or was last: one that comes back has to be acknowledged anew',
  })
  acknowledgedAt!: Date | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'id of the user' })
  acknowledgedBy!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'the comment of who acknowledged it first; a later one is not kept',
  })
  acknowledgement!: string | null;

  @ApiProperty({ type: [Suppression], description: 'what would have been told, and was not' })
  suppressed!: Suppression[];
}

export class AlertPage {
  @ApiProperty({ type: [Alert], description: 'the newest first' })
  items!: Alert[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`cursor` of the next page; null: this is the last',
  })
  nextCursor!: string | null;
}
