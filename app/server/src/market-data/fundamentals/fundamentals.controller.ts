import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Reading } from '../../common/access.ts';
import { Answers } from '../../common/api-docs.ts';
import type { Versioned } from '../../common/conditional/versioned.ts';
import { FundamentalList, FundamentalsQuery } from './fundamentals.dto.ts';
import { FundamentalsService } from './fundamentals.service.ts';

@ApiTags('companies')
@Reading()
@Controller('fundamentals')
export class FundamentalsController {
  constructor(private readonly fundamentals: FundamentalsService) {}

  @Get(':symbol')
  @ApiOperation({
    operationId: 'listFundamentals',
    summary: 'Reported numbers of a company, newest report first',
  })
  @ApiParam({ name: 'symbol', example: '600000.SH' })
  @Answers(FundamentalList, { notFound: 'no such symbol' })
  list(
    @Param('symbol') symbol: string,
    @Query() query: FundamentalsQuery,
  ): Promise<Versioned<FundamentalList>> {
    return this.fundamentals.list(symbol, query);
  }
}
