import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsBootstrapToken, Public } from '../../common/access.ts';
import { AcceptedAnswers, Answers } from '../../common/api-docs.ts';
import { NoParameters } from '../../common/validation.ts';
import { Ingestion, IngestionList, IngestionOrderBody } from './ingestions.dto.ts';
import { IngestionsService } from './ingestions.service.ts';

@ApiTags('ingestion')
@Controller('ingestions')
export class IngestionsController {
  constructor(private readonly ingestions: IngestionsService) {}

  @Public()
  @Get()
  @ApiOperation({ operationId: 'listIngestions', summary: 'Loads of market data and their progress' })
  @Answers(IngestionList)
  list(@Query(NoParameters) _query: object): Promise<IngestionList> {
    return this.ingestions.list();
  }

  @NeedsBootstrapToken()
  @Post()
  @HttpCode(202)
  @ApiOperation({
    operationId: 'orderIngestion',
    summary: 'Load market data again; joins a load that is already queued or running',
  })
  @AcceptedAnswers(Ingestion, { notFound: 'a symbol that is not known' })
  order(@Query(NoParameters) _query: object, @Body() body: IngestionOrderBody): Promise<Ingestion> {
    return this.ingestions.order(body);
  }
}
