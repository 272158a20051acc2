import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Open } from '../../common/access.ts';
import { currentRequest } from '../../common/request-context.ts';
import { NoParameters } from '../../common/validation.ts';
import { WorksWithoutDatabase } from '../../database/database.guard.ts';
import { detailFor } from '../detail.ts';
import { healthFor, PlatformHealthDto } from './component-health.dto.ts';
import { ComponentHealth } from './component-health.ts';

@ApiTags('monitoring')
@Open()
@WorksWithoutDatabase()
@Controller('monitoring')
export class ComponentHealthController {
  constructor(private readonly health: ComponentHealth) {}

  @Get('health')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'getHealth',
    summary: 'The components of the platform; one word for strangers, texts and figures for operators',
  })
  @ApiOkResponse({ type: PlatformHealthDto })
  read(@Query(NoParameters) _query: object): PlatformHealthDto {
    return healthFor(detailFor(currentRequest()?.principal), this.health.overview());
  }
}
