import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { Optional } from '../../../common/optional.ts';
import { OptionalCursor, OptionalLimit } from '../../../common/paging.ts';
import { type Kind, KINDS } from '../slow-records.ts';

export class PerformanceQuery {
  @ApiPropertyOptional({ enum: KINDS })
  @Optional()
  @IsIn(KINDS, { message: `must be one of ${KINDS.join(', ')}` })
  kind?: Kind;

  @OptionalCursor(120)
  cursor?: string;

  @OptionalLimit({ maximum: 200, default: 50 })
  limit: number = 50;
}

export class SlowRecordItem {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: KINDS })
  kind!: Kind;

  @ApiProperty({
    example: 'GET /api/v1/bars/:symbol',
    description: 'the first words of a statement and its digest, a method and route template, or a queue',
  })
  name!: string;

  @ApiProperty({ description: 'how long it took; of an event loop, how late a timer was at most' })
  milliseconds!: number;

  @ApiProperty({ type: String, format: 'date-time', description: 'when it ended' })
  at!: Date;

  @ApiProperty({ example: 'server@stock-0:1' })
  process!: string;

  @ApiProperty({ enum: ['server', 'worker'] })
  role!: string;

  @ApiProperty({ type: String, nullable: true })
  requestId!: string | null;

  @ApiProperty({ type: String, nullable: true })
  traceId!: string | null;

  @ApiProperty({
    type: Object,
    additionalProperties: true,
    description:
      'more of it, without parameters; `heldBack`: so many of this name came before it within a minute and have no record',
  })
  detail!: Record<string, string | number | boolean>;
}

export class SlowRecordPage {
  @ApiProperty({ type: [SlowRecordItem], description: 'the newest first' })
  items!: SlowRecordItem[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`cursor` of the next page; null: this is the last',
  })
  nextCursor!: string | null;
}
