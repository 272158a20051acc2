import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Reading } from '../../common/access.ts';
import { Answers, FACTORS_UNKNOWN } from '../../common/api-docs.ts';
import type { Versioned } from '../../common/conditional/versioned.ts';
import { NoParameters } from '../../common/validation.ts';
import { IndicatorCatalogue } from './catalogue.dto.ts';
import { CATALOGUE } from './catalogue.ts';
import { IndicatorList, IndicatorsQuery } from './indicators.dto.ts';
import { IndicatorsService } from './indicators.service.ts';

@ApiTags('indicators')
@Reading()
@Controller('indicators')
export class IndicatorsController {
  constructor(private readonly indicators: IndicatorsService) {}

  @Get()
  @ApiOperation({
    operationId: 'listIndicatorDefinitions',
    summary: 'Every indicator with its definition in each mode, and every candlestick pattern',
  })
  @Answers(IndicatorCatalogue)
  catalogue(@Query(NoParameters) _query: object): IndicatorCatalogue {
    return CATALOGUE;
  }

  @Get(':symbol')
  @ApiOperation({ operationId: 'listIndicators', summary: 'Indicators of a symbol, one item per bar' })
  @ApiParam({ name: 'symbol', example: '000001.SZ' })
  @Answers(IndicatorList, { notFound: 'no such symbol', conflict: FACTORS_UNKNOWN })
  list(@Param('symbol') symbol: string, @Query() query: IndicatorsQuery): Promise<Versioned<IndicatorList>> {
    return this.indicators.list(symbol, query);
  }
}
