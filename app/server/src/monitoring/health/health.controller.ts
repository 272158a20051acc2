import { Controller, Get, Query, Res } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from '../../common/access.ts';
import { Unlimited } from '../../common/budget.ts';
import { WorksWithoutDatabase } from '../../database/database.guard.ts';
import { NoParameters } from '../../common/validation.ts';
import { type HealthReport, HealthService } from './health.service.ts';

export class HealthWord {
  @ApiProperty({ enum: ['ok', 'unavailable'] })
  status!: string;
}

/** Words only: who asks from outside learns nothing about what is behind. Details are on the management port. */
@ApiTags('health')
@Public()
@Unlimited()
@WorksWithoutDatabase()
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @ApiOperation({ operationId: 'live', summary: 'Whether the process runs' })
  @ApiOkResponse({ type: HealthWord })
  live(@Query(NoParameters) _query: object): HealthWord {
    return { status: this.health.live().healthy ? 'ok' : 'unavailable' };
  }

  @Get('ready')
  @ApiOperation({ operationId: 'ready', summary: 'Whether requests are answered' })
  @ApiOkResponse({ type: HealthWord })
  @ApiServiceUnavailableResponse({ type: HealthWord })
  async ready(
    @Query(NoParameters) _query: object,
    @Res({ passthrough: true }) response: Response,
  ): Promise<HealthWord> {
    const { healthy }: HealthReport = await this.health.ready();
    if (!healthy) response.status(503);
    return { status: healthy ? 'ok' : 'unavailable' };
  }
}
