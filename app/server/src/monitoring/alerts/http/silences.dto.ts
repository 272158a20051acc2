import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsObject, Max, Min } from 'class-validator';
import { OptionalInstant } from '../../../common/instant.ts';
import { Optional } from '../../../common/optional.ts';
import { IsReason } from '../../../common/text-fields.ts';

/** Of a silence. */
export const LONGEST_MINUTES = 30 * 24 * 60;

export class SilenceBody {
  @ApiProperty({
    type: Object,
    additionalProperties: { type: 'string' },
    description:
      'labels that an alert must have, all of them; `rule` (what messages call alertname) and `severity` count as labels',
    example: { rule: 'DiskAlmostFull' },
  })
  @IsObject({ message: 'must be an object of labels and their values' })
  matchers!: Record<string, string>;

  @OptionalInstant(
    'when it begins, at most 90 days from now; without it, or where that is over, it begins now',
  )
  startsAt?: string;

  @OptionalInstant('when it ends, at most 30 days after it begins; give this or `minutes`')
  endsAt?: string;

  @ApiPropertyOptional({
    minimum: 1,
    maximum: LONGEST_MINUTES,
    description: 'how long it holds; give this or `endsAt`',
  })
  @Optional()
  @Max(LONGEST_MINUTES, { message: `must be at most ${LONGEST_MINUTES}` })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number of minutes' })
  minutes?: number;

  @IsReason('why')
  comment!: string;
}

export class SilenceItem {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ type: Object, additionalProperties: { type: 'string' } })
  matchers!: Record<string, string>;

  @ApiProperty({ type: String, format: 'date-time' })
  startsAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  endsAt!: Date;

  @ApiProperty()
  comment!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'id of the user' })
  createdBy!: string | null;

  @ApiProperty({
    description: 'alerts that are the case now and that it fits, whether it holds yet or not; 0: none so far',
  })
  activeAlerts!: number;
}

export class SilenceList {
  @ApiProperty({
    type: [SilenceItem],
    description: 'those that hold, those that begin later, and those that ended within a day',
  })
  items!: SilenceItem[];
}
