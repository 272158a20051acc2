import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn, IsInt, Max, Min } from 'class-validator';
import { type Scope, SCOPES } from '../common/access.ts';
import { IsDisplayName } from '../common/text-fields.ts';
import { Optional } from '../common/optional.ts';

const MOST_DAYS = 365;
const MOST_OVERLAP_HOURS = 168;

export class ApiKeyBody {
  @ApiProperty({ description: 'what it is for', maxLength: 100, example: 'notebook' })
  @IsDisplayName()
  name!: string;

  @ApiProperty({ enum: SCOPES, isArray: true, description: 'what it opens, as far as its owner may do it' })
  @ArrayUnique({ message: 'must name each scope once' })
  @IsIn(SCOPES, { each: true, message: `must be of ${SCOPES.join(', ')}` })
  @ArrayMaxSize(SCOPES.length, { message: `must have at most ${SCOPES.length} scopes` })
  @ArrayMinSize(1, { message: 'must have at least one scope' })
  @IsArray({ message: 'must be a list of scopes' })
  scopes!: Scope[];

  @ApiPropertyOptional({ minimum: 1, maximum: MOST_DAYS, default: 90 })
  @Optional()
  @Max(MOST_DAYS, { message: `must be at most ${MOST_DAYS}` })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number of days' })
  expiresInDays: number = 90;
}

export class RotationBody {
  @ApiPropertyOptional({
    minimum: 0,
    maximum: MOST_OVERLAP_HOURS,
    default: 24,
    description: 'how long the secret until now goes on; 0: not at all',
  })
  @Optional()
  @Max(MOST_OVERLAP_HOURS, { message: `must be at most ${MOST_OVERLAP_HOURS}` })
  @Min(0, { message: 'must be at least 0' })
  @IsInt({ message: 'must be a whole number of hours' })
  overlapHours: number = 24;
}

export class ApiKeyItem {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ description: 'the second part of the key, by which a found key is known' })
  publicId!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: SCOPES, isArray: true })
  scopes!: Scope[];

  @ApiProperty()
  createdAt!: Date;

  @ApiProperty({ type: Date, nullable: true })
  expiresAt!: Date | null;

  @ApiProperty({ type: Date, nullable: true, description: 'to the minute; null: never' })
  lastUsedAt!: Date | null;

  @ApiProperty({
    type: Date,
    nullable: true,
    description: 'until when the secret before the last rotation goes on; null: it does not',
  })
  oldSecretUntil!: Date | null;
}

export class ApiKeyList {
  @ApiProperty({ type: [ApiKeyItem] })
  apiKeys!: ApiKeyItem[];
}

export class NewApiKeyAnswer extends ApiKeyItem {
  @ApiProperty({ description: 'the key; shown this once', example: 'stk_…' })
  text!: string;
}
