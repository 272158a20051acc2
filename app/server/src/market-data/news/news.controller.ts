import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Reading } from '../../common/access.ts';
import { Answers } from '../../common/api-docs.ts';
import type { Versioned } from '../../common/conditional/versioned.ts';
import { NewsList, NewsQuery } from './news.dto.ts';
import { NewsService } from './news.service.ts';

@ApiTags('companies')
@Reading()
@Controller('news')
export class NewsController {
  constructor(private readonly news: NewsService) {}

  @Get(':symbol')
  @ApiOperation({ operationId: 'listNews', summary: 'News found for a symbol, newest first' })
  @ApiParam({ name: 'symbol', example: '600000.SH' })
  @Answers(NewsList, { notFound: 'no such symbol' })
  list(@Param('symbol') symbol: string, @Query() query: NewsQuery): Promise<Versioned<NewsList>> {
    return this.news.list(symbol, query);
  }
}
