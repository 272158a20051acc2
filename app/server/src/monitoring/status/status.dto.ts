import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { type ComponentStatus, STATUSES } from '../health/component.ts';
import { PlatformHealthDto } from '../health/component-health.dto.ts';

/** The process that answers. */
export class ProcessDto {
  @ApiProperty({ example: 'server@stock-analysis-server-6d5f:1' })
  name!: string;

  @ApiProperty({ enum: ['server', 'worker'] })
  role!: string;

  @ApiProperty()
  startedAt!: string;

  @ApiProperty()
  uptimeSeconds!: number;

  @ApiProperty({ description: 'version of Node.js' })
  node!: string;

  @ApiProperty({ description: 'schema version that its code expects' })
  schemaVersion!: number;

  @ApiProperty({ description: 'it has been told to stop' })
  shuttingDown!: boolean;
}

export class PlatformStatusDto {
  @ApiProperty({ enum: STATUSES })
  status!: ComponentStatus;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string', enum: [...STATUSES] },
    description: 'component → status; for who signed in',
  })
  components?: Readonly<Record<string, ComponentStatus>>;

  @ApiPropertyOptional({ type: ProcessDto, description: 'for operators' })
  process?: ProcessDto;

  @ApiPropertyOptional({ type: PlatformHealthDto, description: 'as /monitoring/health; for operators' })
  health?: PlatformHealthDto;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'object', additionalProperties: true },
    description:
      'what each part of this process says of itself: system, database and, of a worker, alerts; for operators',
  })
  sections?: Readonly<Record<string, object>>;
}
