import { Body, Controller, Delete, Get, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsRole } from '../../common/access.ts';
import { GuardedAnswers } from '../../common/api-docs.ts';
import { NoParameters } from '../../common/validation.ts';
import { LogLevelBody, LogLevelState } from './log-level.dto.ts';
import { LogLevelService } from './log-level.service.ts';

/** How much the processes log, and for how long. */
@ApiTags('monitoring')
@Controller('monitoring/log-level')
export class LogLevelController {
  constructor(private readonly levels: LogLevelService) {}

  @NeedsRole('operator', 'monitoring:read')
  @Get()
  @ApiOperation({ operationId: 'getLogLevel', summary: 'How much each process logs, and what was ordered' })
  @GuardedAnswers(LogLevelState)
  read(@Query(NoParameters) _query: object): Promise<LogLevelState> {
    return this.levels.read();
  }

  @NeedsRole('operator', 'monitoring:write')
  @Put()
  @ApiOperation({ operationId: 'orderLogLevel', summary: 'Log more or less for some minutes' })
  @GuardedAnswers(LogLevelState)
  order(@Query(NoParameters) _query: object, @Body() body: LogLevelBody): Promise<LogLevelState> {
    return this.levels.order(body);
  }

  @NeedsRole('operator', 'monitoring:write')
  @Delete()
  @ApiOperation({ operationId: 'endLogLevel', summary: 'Log again as it is configured' })
  @GuardedAnswers(LogLevelState)
  end(@Query(NoParameters) _query: object): Promise<LogLevelState> {
    return this.levels.end();
  }
}
