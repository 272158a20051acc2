import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { Optional } from '../../common/optional.ts';
import { digitsToNumber } from '../../common/paging.ts';
import { Instant } from '../../common/instant.ts';

const KINDS = ['gauge', 'counter'] as const;
const BY = ['instance', 'role'] as const;
/** A year: the largest that any range needs, so that no refusal names a step that is refused as well. */
const LARGEST_STEP = 365 * 86_400;
const STEP = `must be a whole number of seconds from 1 to ${LARGEST_STEP}`;

export class MetricsQuery {
  @ApiProperty({ example: 'http_requests_total', description: 'as GET /monitoring/metrics/names lists them' })
  @Matches(/^[a-z][a-z0-9_]{0,127}$/, { message: 'must be the name of a metric' })
  name!: string;

  @ApiPropertyOptional({
    example: 'role=server,status_class=5xx',
    description: 'only series with these labels; `role` says server or worker, `instance` which process',
  })
  @Optional()
  @MaxLength(2_000, { message: 'must have at most 2000 characters' })
  @IsString({ message: 'must be text' })
  labels?: string;

  @Instant('after this instant')
  from!: string;

  @Instant('up to this instant')
  to!: string;

  @ApiPropertyOptional({
    minimum: 1,
    maximum: LARGEST_STEP,
    description:
      'seconds between two points; not finer than what is stored of that time. Default: that, or the smallest multiple of it that makes at most 11,000 points',
  })
  @Optional()
  @Transform(digitsToNumber)
  @Max(LARGEST_STEP, { message: STEP })
  @Min(1, { message: STEP })
  @IsInt({ message: STEP })
  step?: number;

  @ApiPropertyOptional({
    enum: BY,
    default: 'instance',
    description: `\`instance\`: each process is a series of its own; \`role\`: all servers are one, and all workers. What is older than
      monitoring.history.rawHours is by role in any case. Quantiles are those of all that the series observed`,
  })
  @Optional()
  @IsIn(BY, { message: `must be ${BY.join(' or ')}` })
  by?: (typeof BY)[number];
}

export class MetricPoint {
  @ApiProperty({ type: String, format: 'date-time', description: 'end of the time that the point is about' })
  at!: Date;

  @ApiProperty({ description: 'mean of a gauge; what was added to a counter' })
  value!: number;

  @ApiProperty({ description: 'smallest reading in that time' })
  smallest!: number;

  @ApiProperty({ description: 'largest reading in that time' })
  largest!: number;

  @ApiProperty({
    type: 'integer',
    description: 'samples that came in that time, of all processes that the series is about',
  })
  samples!: number;

  @ApiProperty({
    description:
      'what all processes that the series is about had together: of a gauge the mean of their sum, of a counter as `value`',
  })
  total!: number;

  @ApiProperty({
    description:
      'in how many seconds a counter gained `value`; more than `step` where the database took no samples before',
  })
  seconds!: number;
}

export class MetricSeries {
  @ApiProperty({ type: Object, additionalProperties: { type: 'string' } })
  labels!: Record<string, string>;

  @ApiProperty({ type: [MetricPoint], description: 'oldest first; a time without a reading has no point' })
  points!: MetricPoint[];
}

export class MetricAnswer {
  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: KINDS })
  kind!: (typeof KINDS)[number];

  @ApiProperty({ description: 'seconds that each point is about' })
  step!: number;

  @ApiProperty({ type: [MetricSeries] })
  series!: MetricSeries[];
}

export class MetricName {
  @ApiProperty({ example: 'http_requests_total' })
  name!: string;

  @ApiProperty({ enum: KINDS })
  kind!: (typeof KINDS)[number];
}

export class MetricNames {
  @ApiProperty({ type: [MetricName] })
  items!: MetricName[];
}
