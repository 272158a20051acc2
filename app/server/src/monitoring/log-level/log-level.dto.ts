import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, Max, Min } from 'class-validator';
import { LOG_LEVELS, type LogLevel } from '../../common/logging/levels.ts';
import { Optional } from '../../common/optional.ts';
import { IsReason } from '../../common/text-fields.ts';

export const LOGGING_ROLES = ['server', 'worker'] as const;
export type LoggingRole = (typeof LOGGING_ROLES)[number];

const LONGEST_MINUTES = 24 * 60;

export class LogLevelBody {
  @ApiProperty({ enum: LOG_LEVELS, description: 'lines of this level and above are written' })
  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  level!: LogLevel;

  @ApiProperty({
    minimum: 1,
    maximum: LONGEST_MINUTES,
    description: 'from now on; then what is configured holds',
  })
  @Max(LONGEST_MINUTES, { message: `must be at most ${LONGEST_MINUTES}` })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number of minutes' })
  minutes!: number;

  @ApiPropertyOptional({ enum: LOGGING_ROLES, description: 'absent: all processes' })
  @Optional()
  @IsIn(LOGGING_ROLES, { message: `must be one of ${LOGGING_ROLES.join(', ')}` })
  role?: LoggingRole;

  @IsReason('why, for the audit log')
  reason!: string;
}

export class LoggingProcess {
  @ApiProperty({ example: 'worker@stock-analysis-worker-6d5f:1' })
  process!: string;

  @ApiProperty({ enum: LOGGING_ROLES })
  role!: string;

  @ApiProperty({ enum: [...LOG_LEVELS, 'silent'] })
  level!: string;

  @ApiProperty({ enum: [...LOG_LEVELS, 'silent'], description: 'what holds when nothing is ordered' })
  configured!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'when it said so' })
  seenAt!: Date;
}

export class LogLevelOrder {
  @ApiProperty({ enum: LOGGING_ROLES })
  role!: string;

  @ApiProperty({ enum: LOG_LEVELS })
  level!: string;

  @ApiProperty()
  reason!: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'id of the user' })
  setBy!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  setAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  until!: Date;
}

export class LogLevelState {
  @ApiProperty({ enum: [...LOG_LEVELS, 'silent'], description: 'of the process that answers' })
  level!: string;

  @ApiProperty({ enum: [...LOG_LEVELS, 'silent'], description: 'what holds when nothing is ordered' })
  configured!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when what was ordered for that process ends; null: nothing was',
  })
  until!: Date | null;

  @ApiProperty({
    type: [LogLevelOrder],
    description: 'what was ordered and has not ended; at most one for a role',
  })
  orders!: LogLevelOrder[];

  @ApiProperty({ type: [LoggingProcess], description: 'those that said so within a minute' })
  processes!: LoggingProcess[];
}
