import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../common/access.ts';
import { Answers } from '../../common/api-docs.ts';
import { SymbolList, SymbolsQuery } from './symbols.dto.ts';
import { SymbolsService } from './symbols.service.ts';

@ApiTags('market data')
@Public()
@Controller('symbols')
export class SymbolsController {
  constructor(private readonly symbols: SymbolsService) {}

  @Get()
  @ApiOperation({ operationId: 'searchSymbols', summary: 'Search symbols by code, name or pinyin initials' })
  @Answers(SymbolList)
  search(@Query() query: SymbolsQuery): Promise<SymbolList> {
    return this.symbols.search(query);
  }
}
