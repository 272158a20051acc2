import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Open } from '../../common/access.ts';
import { currentRequest } from '../../common/request-context.ts';
import { NoParameters } from '../../common/validation.ts';
import { WorksWithoutDatabase } from '../../database/database.guard.ts';
import { detailFor } from '../detail.ts';
import { PlatformStatus } from './platform-status.ts';
import { PlatformStatusDto } from './status.dto.ts';

@ApiTags('monitoring')
@Open()
@WorksWithoutDatabase()
@Controller('monitoring')
export class StatusController {
  constructor(private readonly status: PlatformStatus) {}

  @Get('status')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'getStatus',
    summary: 'The state of the whole platform; one word for strangers, everything for operators',
  })
  @ApiOkResponse({ type: PlatformStatusDto })
  read(@Query(NoParameters) _query: object): PlatformStatusDto {
    return this.status.read(detailFor(currentRequest()?.principal));
  }
}
