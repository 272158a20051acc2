import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Reading } from '../../common/access.ts';
import { Answers } from '../../common/api-docs.ts';
import type { Versioned } from '../../common/conditional/versioned.ts';
import { MinuteList, MinutesQuery } from './minutes.dto.ts';
import { MinutesService } from './minutes.service.ts';

@ApiTags('market data')
@Reading()
@Controller('minutes')
export class MinutesController {
  constructor(private readonly minutes: MinutesService) {}

  @Get(':symbol')
  @ApiOperation({ operationId: 'listMinutes', summary: 'One-minute bars of one day' })
  @ApiParam({ name: 'symbol', example: '000001.SZ' })
  @Answers(MinuteList, { notFound: 'no such symbol, or no minute bars of it' })
  list(@Param('symbol') symbol: string, @Query() query: MinutesQuery): Promise<Versioned<MinuteList>> {
    return this.minutes.list(symbol, query);
  }
}
