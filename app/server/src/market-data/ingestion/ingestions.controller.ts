import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsRole, Reading } from '../../common/access.ts';
import { Answers, GuardedAnswers } from '../../common/api-docs.ts';
import { InvalidParameterError } from '../../common/errors.ts';
import { NoParameters } from '../../common/validation.ts';
import {
  Ingestion,
  IngestionList,
  IngestionOrderBody,
  IngestionPage,
  IngestionPageQuery,
} from './ingestions.dto.ts';
import { IngestionsService } from './ingestions.service.ts';

const RunId = new ParseUUIDPipe({
  exceptionFactory: () => new InvalidParameterError('id', 'must be the id of a load, a UUID'),
});

@ApiTags('ingestion')
@Controller('ingestions')
export class IngestionsController {
  constructor(private readonly ingestions: IngestionsService) {}

  @Reading()
  @Get()
  @ApiOperation({ operationId: 'listIngestions', summary: 'Loads of market data and their progress' })
  @Answers(IngestionList)
  list(@Query(NoParameters) _query: object): Promise<IngestionList> {
    return this.ingestions.list();
  }

  @Reading()
  @Get(':id')
  @ApiOperation({ operationId: 'getIngestion', summary: 'One load, and what became of each symbol' })
  @Answers(IngestionPage, { notFound: 'no such load' })
  get(@Param('id', RunId) id: string, @Query() query: IngestionPageQuery): Promise<IngestionPage> {
    return this.ingestions.page(id, query);
  }

  @NeedsRole('operator', 'market:write')
  @Post()
  @ApiOperation({
    operationId: 'orderIngestion',
    summary: 'Load market data again; joins a load that is already queued or running',
  })
  @ApiBody({
    type: IngestionOrderBody,
    required: false,
    description: 'without one: the history of everything',
  })
  @GuardedAnswers(Ingestion, { status: 202, notFound: 'a symbol that is not known' })
  order(@Query(NoParameters) _query: object, @Body() body: IngestionOrderBody): Promise<Ingestion> {
    return this.ingestions.order(body);
  }
}
