import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, Matches, MaxLength } from 'class-validator';
import { OptionalInstant } from '../../../common/instant.ts';
import { Optional } from '../../../common/optional.ts';
import { OptionalCursor, OptionalLimit } from '../../../common/paging.ts';
import { IsReason } from '../../../common/text-fields.ts';

export const ERROR_STATUSES = ['open', 'resolved', 'ignored'] as const;
export type ErrorStatus = (typeof ERROR_STATUSES)[number];

export class ErrorsQuery {
  @ApiPropertyOptional({ enum: ERROR_STATUSES })
  @Optional()
  @IsIn(ERROR_STATUSES, { message: `must be one of ${ERROR_STATUSES.join(', ')}` })
  status?: ErrorStatus;

  @OptionalInstant('happened last at this instant or after it')
  since?: string;

  @ApiPropertyOptional({ maxLength: 100, description: 'is in the type or the message, in any case' })
  @Optional()
  @MaxLength(100, { message: 'must have at most 100 characters' })
  @Matches(/^[^\p{Cc}]*$/u, { message: 'must not hold control characters' })
  @IsString({ message: 'must be text' })
  q?: string;

  @OptionalCursor(120)
  cursor?: string;

  @OptionalLimit({ maximum: 200, default: 50 })
  limit: number = 50;
}

export class DecisionBody {
  @IsReason('why, for those who read it')
  reason!: string;
}

export class TrackedError {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({
    description: 'of what is wrong: the same however often and with whatever values it happens',
  })
  fingerprint!: string;

  @ApiProperty({
    example: 'QueryFailedError',
    description: 'class of the error; of a line without one, who wrote it',
  })
  type!: string;

  @ApiProperty({ description: 'of the last time' })
  message!: string;

  @ApiProperty({ enum: ['server', 'worker'] })
  role!: string;

  @ApiProperty()
  count!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  firstSeenAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  lastSeenAt!: Date;

  @ApiProperty({ type: String, nullable: true })
  lastRequestId!: string | null;

  @ApiProperty({ type: String, nullable: true })
  lastTraceId!: string | null;

  @ApiProperty({ example: '0.1.0', description: 'of the program that had it last' })
  version!: string;

  @ApiProperty({ enum: ERROR_STATUSES })
  status!: ErrorStatus;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when people last decided about it',
  })
  statusAt!: Date | null;

  @ApiProperty({ type: String, nullable: true, description: 'what they said' })
  statusReason!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when it came back though it was resolved',
  })
  regressedAt!: Date | null;
}

export class ErrorPage {
  @ApiProperty({ type: [TrackedError], description: 'what happened last comes first' })
  items!: TrackedError[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`cursor` of the next page; null: this is the last',
  })
  nextCursor!: string | null;
}

export class ErrorOccurrence {
  @ApiProperty({ type: String, format: 'date-time' })
  at!: string;

  @ApiPropertyOptional()
  requestId?: string;

  @ApiPropertyOptional()
  traceId?: string;

  @ApiPropertyOptional({ description: 'who asked' })
  userId?: string;

  @ApiPropertyOptional({ description: 'load or job' })
  runId?: string;

  @ApiProperty({ example: 'server@stock-0:1' })
  process!: string;
}

export class ErrorHour {
  @ApiProperty({ type: String, format: 'date-time', description: 'its beginning' })
  hour!: Date;

  @ApiProperty()
  count!: number;
}

export class TrackedErrorDetails extends TrackedError {
  @ApiProperty({ type: String, nullable: true, description: 'of the last time, with what caused it' })
  stack!: string | null;

  @ApiProperty({
    type: Object,
    additionalProperties: { type: 'string' },
    description:
      '`level`, and what is known of `logger`, `route`, `queue`, `code` and `said`, the words of the log',
  })
  context!: Record<string, string>;

  @ApiProperty({ type: [ErrorOccurrence], description: 'the last five, newest first' })
  samples!: ErrorOccurrence[];

  @ApiProperty({
    type: [ErrorHour],
    description: 'the last 48 h, oldest first; an hour without it is missing',
  })
  hours!: ErrorHour[];
}
