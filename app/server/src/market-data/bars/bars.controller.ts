import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Reading } from '../../common/access.ts';
import { Answers, FACTORS_UNKNOWN } from '../../common/api-docs.ts';
import type { Versioned } from '../../common/conditional/versioned.ts';
import { BarList, BarsQuery } from './bars.dto.ts';
import { BarsService } from './bars.service.ts';

@ApiTags('market data')
@Reading()
@Controller('bars')
export class BarsController {
  constructor(private readonly bars: BarsService) {}

  @Get(':symbol')
  @ApiOperation({ operationId: 'listBars', summary: 'Bars of a symbol, oldest first' })
  @ApiParam({ name: 'symbol', example: '000001.SZ' })
  @Answers(BarList, { notFound: 'no such symbol', conflict: FACTORS_UNKNOWN })
  list(@Param('symbol') symbol: string, @Query() query: BarsQuery): Promise<Versioned<BarList>> {
    return this.bars.list(symbol, query);
  }
}
