import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn } from 'class-validator';
import { OptionalInstant } from '../../../common/instant.ts';
import { Optional } from '../../../common/optional.ts';
import { OptionalCursor, OptionalLimit } from '../../../common/paging.ts';
import { REPORT_KINDS, type ReportKind } from '../period.ts';

const KIND = { message: `must be one of ${REPORT_KINDS.join(', ')}` };
export const REPORT_FORMATS = ['json', 'html', 'pdf'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export class ReportsQuery {
  @ApiPropertyOptional({ enum: REPORT_KINDS })
  @Optional()
  @IsIn(REPORT_KINDS, KIND)
  kind?: ReportKind;

  @OptionalCursor(120)
  cursor?: string;

  @OptionalLimit({ maximum: 200, default: 50 })
  limit: number = 50;
}

export class ReportQuery {
  @ApiPropertyOptional({ enum: REPORT_FORMATS, default: 'json' })
  @Optional()
  @IsIn(REPORT_FORMATS, { message: `must be one of ${REPORT_FORMATS.join(', ')}` })
  format: ReportFormat = 'json';
}

export class ReportBody {
  @ApiProperty({ enum: REPORT_KINDS })
  @IsIn(REPORT_KINDS, KIND)
  kind!: ReportKind;

  @OptionalInstant(
    'the report is about the last whole day, or week from Monday to Sunday, that was over then; unless said, the last that has been over for two minutes',
  )
  to?: string;

  @ApiPropertyOptional({ default: true, description: 'also tell it over all channels, as the schedule does' })
  @Optional()
  @IsBoolean({ message: 'must be true or false' })
  send: boolean = true;
}

export class ReportDelivery {
  @ApiProperty({ enum: ['email', 'webhook'] })
  channel!: string;

  @ApiProperty({ enum: ['queued', 'sent', 'failed', 'dead', 'superseded'] })
  state!: string;
}

export class ReportItem {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: REPORT_KINDS })
  kind!: ReportKind;

  @ApiProperty({ type: String, format: 'date-time', description: 'beginning of the first day' })
  from!: Date;

  @ApiProperty({ type: String, format: 'date-time', description: 'end of the last day' })
  to!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'of what was observed, 0 to 1; null: nothing was',
  })
  availability!: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'share of the period that was observed, 0 to 1: with all of the rest lost, availability is the product of both; null: made before this was told',
  })
  observed!: number | null;

  @ApiProperty({ description: 'alerts that were critical or warning and fired, or went on from before' })
  incidents!: number;

  @ApiProperty({ example: '2 incidents, 1 not over' })
  verdict!: string;

  @ApiProperty({
    type: [ReportDelivery],
    description: 'over which channels it was told, as far as that is kept',
  })
  deliveries!: ReportDelivery[];
}

export class ReportPage {
  @ApiProperty({ type: [ReportItem], description: 'the newest first' })
  items!: ReportItem[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`cursor` of the next page; null: this is the last',
  })
  nextCursor!: string | null;
}
