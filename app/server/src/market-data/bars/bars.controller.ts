import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Public } from '../../common/access.ts';
import { Answers } from '../../common/api-docs.ts';
import { SeriesQuery } from '../../common/market/series-query.ts';
import { BarList } from './bars.dto.ts';
import { BarsService } from './bars.service.ts';

@ApiTags('market data')
@Public()
@Controller('bars')
export class BarsController {
  constructor(private readonly bars: BarsService) {}

  @Get(':symbol')
  @ApiOperation({ operationId: 'listBars', summary: 'Unadjusted bars of a symbol, oldest first' })
  @ApiParam({ name: 'symbol', example: '000001.SZ' })
  @Answers(BarList, { notFound: 'no such symbol' })
  list(@Param('symbol') symbol: string, @Query() query: SeriesQuery): Promise<BarList> {
    return this.bars.list(symbol, query);
  }
}
