import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsUUID, Matches } from 'class-validator';
import { Instant, OptionalInstant } from '../common/instant.ts';
import { OptionalCursor, OptionalLimit } from '../common/paging.ts';
import { AUDIT_OUTCOMES, type AuditOutcome } from './audit-record.ts';
import { Optional } from '../common/optional.ts';

export const AUDIT_FORMATS = ['ndjson', 'csv'] as const;
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

/** A word of the log itself: printable and short. */
function OptionalWord(description: string, example: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ description, example, maxLength: 200 }),
    Optional(),
    Matches(/^[^\p{Cc}]{1,200}$/u, { message: 'must be 1 to 200 characters, and no control characters' }),
  );
}

export class AuditQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'id of the user who did it' })
  @Optional()
  @IsUUID(undefined, { message: 'must be the id of a user, a UUID' })
  actor?: string;

  @ApiPropertyOptional({ description: 'the action, or its beginning', example: 'session.login' })
  @Optional()
  @Matches(/^[a-z0-9.-]{1,100}$/, { message: 'must be small letters, digits, dots and hyphens, at most 100' })
  action?: string;

  @OptionalWord('what it was done to', 'user')
  objectKind?: string;

  @OptionalWord('id of what it was done to', '42')
  objectId?: string;

  @ApiPropertyOptional({ enum: AUDIT_OUTCOMES })
  @Optional()
  @IsIn(AUDIT_OUTCOMES, { message: `must be one of ${AUDIT_OUTCOMES.join(', ')}` })
  outcome?: AuditOutcome;

  @OptionalInstant('from this instant on')
  from?: string;

  @OptionalInstant('before this instant')
  to?: string;

  @OptionalCursor(100)
  cursor?: string;

  @OptionalLimit({ maximum: 200, default: 50 })
  limit: number = 50;
}

export class AuditExportQuery {
  @ApiProperty({
    enum: AUDIT_FORMATS,
    description: 'ndjson: the records as they were hashed, to be verified; csv: for a spreadsheet',
  })
  @IsIn(AUDIT_FORMATS, { message: `must be one of ${AUDIT_FORMATS.join(', ')}` })
  format!: AuditFormat;

  @Instant('from this instant on')
  from!: string;

  @Instant('before this instant, at most 366 days after `from`')
  to!: string;
}

export class AuditActor {
  @ApiProperty({
    enum: ['session', 'api-key', 'anonymous', 'system'],
    description: 'system: the platform itself',
  })
  kind!: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'id of the user' })
  id?: string;

  @ApiPropertyOptional({ description: 'the role of the user at that time' })
  role?: string;

  @ApiPropertyOptional({ description: 'id of the session or of the API key' })
  via?: string;
}

export class AuditObject {
  @ApiProperty({ example: 'user' })
  kind!: string;

  @ApiPropertyOptional({ example: '42' })
  id?: string;
}

export class AuditItem {
  @ApiProperty({ description: 'number of the record; they have no gaps' })
  seq!: number;

  @ApiProperty({
    description: 'SHA-256 of the hash of the record before and of this one, in hexadecimal digits',
  })
  hash!: string;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ example: 'session.login' })
  action!: string;

  @ApiProperty({
    enum: AUDIT_OUTCOMES,
    description: 'refused: not allowed; failed: allowed, and it did not work',
  })
  outcome!: AuditOutcome;

  @ApiProperty({ type: AuditActor })
  actor!: AuditActor;

  @ApiProperty({ type: AuditObject })
  object!: AuditObject;

  @ApiPropertyOptional({ description: 'address of the client, as trusted proxies told it' })
  address?: string;

  @ApiPropertyOptional()
  userAgent?: string;

  @ApiPropertyOptional()
  requestId?: string;

  @ApiPropertyOptional({ type: Object, description: 'the fields that were changed, before it' })
  before?: unknown;

  @ApiPropertyOptional({ type: Object, description: 'the fields that were changed or given' })
  after?: unknown;

  @ApiPropertyOptional({ description: 'why, in the words of whoever did it' })
  reason?: string;
}

export class AuditPage {
  @ApiProperty({ type: [AuditItem], description: 'the newest first' })
  items!: AuditItem[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`cursor` of the next page; null: this is the last',
  })
  nextCursor!: string | null;
}
