import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Detail } from '../detail.ts';
import { COMPONENTS, type ComponentName, type ComponentStatus, type Details, STATUSES } from './component.ts';
import type { ComponentOverview, Overview, View } from './overview.ts';

/** What one process sees of a component. */
export class ComponentViewDto {
  @ApiProperty({ example: 'worker@stock-analysis-worker-0:1' })
  process!: string;

  @ApiProperty({ enum: ['server', 'worker'] })
  role!: string;

  @ApiProperty({ enum: STATUSES })
  status!: ComponentStatus;

  @ApiProperty({ description: 'what is wrong, and what to do about it; empty when all is well' })
  message!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'figures of the check' })
  details!: Details;

  @ApiProperty({ description: 'duration of the newest check' })
  responseTimeMs!: number;

  @ApiProperty()
  checkedAt!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'when it was up last; null: not since the process started',
  })
  lastSuccessAt!: string | null;

  @ApiProperty({ description: 'how long ago the process told it' })
  ageSeconds!: number;
}

export class ComponentDto {
  @ApiProperty({ enum: COMPONENTS })
  name!: ComponentName;

  @ApiProperty({ enum: STATUSES })
  status!: ComponentStatus;

  @ApiProperty({ type: Number, nullable: true, description: 'duration of the newest check' })
  responseTimeMs!: number | null;

  @ApiProperty({ type: String, nullable: true })
  checkedAt!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'when it was up last' })
  lastSuccessAt!: string | null;

  @ApiPropertyOptional({ description: 'why it is not up; for operators' })
  message?: string;

  @ApiPropertyOptional({ type: [ComponentViewDto], description: 'what each process sees; for operators' })
  processes?: ComponentViewDto[];
}

export class PlatformHealthDto {
  @ApiProperty({ enum: STATUSES, description: 'down: nothing is answered; degraded: a part is missing' })
  status!: ComponentStatus;

  @ApiPropertyOptional({ type: [ComponentDto], description: 'for who signed in' })
  components?: ComponentDto[];

  @ApiPropertyOptional({
    enum: COMPONENTS,
    isArray: true,
    description: 'parts that this platform does not have',
  })
  notConfigured?: readonly ComponentName[];
}

/** The overview as far as somebody may see it. */
export function healthFor(
  detail: Detail,
  { status, components, notConfigured }: Overview,
): PlatformHealthDto {
  if (detail === 'words') return { status };
  return { status, components: components.map((one) => componentDto(one, detail)), notConfigured };
}

function componentDto({ name, status, message, views }: ComponentOverview, detail: Detail): ComponentDto {
  const [first] = views;
  const successes = views.flatMap(({ lastSuccessAt }) =>
    lastSuccessAt === undefined ? [] : [lastSuccessAt],
  );
  const lastSuccess = successes.toSorted((one, other) => other.getTime() - one.getTime())[0];
  return {
    name,
    status,
    responseTimeMs: first?.responseTimeMs ?? null,
    checkedAt: first?.checkedAt.toISOString() ?? null,
    lastSuccessAt: lastSuccess?.toISOString() ?? null,
    ...(detail === 'full' && { message, processes: views.map(viewDto) }),
  };
}

function viewDto({ component: _, checkedAt, lastSuccessAt, ageSeconds, ...view }: View): ComponentViewDto {
  return {
    ...view,
    checkedAt: checkedAt.toISOString(),
    lastSuccessAt: lastSuccessAt?.toISOString() ?? null,
    ageSeconds: Math.round(ageSeconds),
  };
}
