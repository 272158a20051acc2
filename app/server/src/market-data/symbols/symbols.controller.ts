import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Reading } from '../../common/access.ts';
import { Answers } from '../../common/api-docs.ts';
import type { Versioned } from '../../common/conditional/versioned.ts';
import { NoParameters } from '../../common/validation.ts';
import { SymbolAnswer, SymbolList, SymbolsQuery } from './symbols.dto.ts';
import { SymbolsService } from './symbols.service.ts';

@ApiTags('market data')
@Reading()
@Controller('symbols')
export class SymbolsController {
  constructor(private readonly symbols: SymbolsService) {}

  @Get()
  @ApiOperation({ operationId: 'searchSymbols', summary: 'Search symbols by code, name or pinyin initials' })
  @Answers(SymbolList)
  search(@Query() query: SymbolsQuery): Promise<Versioned<SymbolList>> {
    return this.symbols.search(query);
  }

  @Get(':symbol')
  @ApiOperation({ operationId: 'getSymbol', summary: 'What is known of a symbol' })
  @ApiParam({ name: 'symbol', example: '000001.SZ' })
  @Answers(SymbolAnswer, { notFound: 'no such symbol' })
  find(
    @Param('symbol') symbol: string,
    @Query(NoParameters) _query: object,
  ): Promise<Versioned<SymbolAnswer>> {
    return this.symbols.find(symbol);
  }
}
