import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Reading } from '../../common/access.ts';
import { Answers } from '../../common/api-docs.ts';
import type { Versioned } from '../../common/conditional/versioned.ts';
import { ValuationList, ValuationsQuery } from './valuations.dto.ts';
import { ValuationsService } from './valuations.service.ts';

@ApiTags('companies')
@Reading()
@Controller('valuations')
export class ValuationsController {
  constructor(private readonly valuations: ValuationsService) {}

  @Get(':symbol')
  @ApiOperation({
    operationId: 'listValuations',
    summary: 'Price-earnings and other ratios by day, oldest first',
  })
  @ApiParam({ name: 'symbol', example: '600000.SH' })
  @Answers(ValuationList, { notFound: 'no such symbol' })
  list(@Param('symbol') symbol: string, @Query() query: ValuationsQuery): Promise<Versioned<ValuationList>> {
    return this.valuations.list(symbol, query);
  }
}
