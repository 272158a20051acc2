import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Reading } from '../../common/access.ts';
import { Answers } from '../../common/api-docs.ts';
import type { Versioned } from '../../common/conditional/versioned.ts';
import { NoParameters } from '../../common/validation.ts';
import { MarketOverview } from './overview.dto.ts';
import { OverviewService } from './overview.service.ts';

@ApiTags('market data')
@Reading()
@Controller('market/overview')
export class OverviewController {
  constructor(private readonly overview: OverviewService) {}

  @Get()
  @ApiOperation({ operationId: 'getMarketOverview', summary: 'The whole market in the newest snapshot' })
  @Answers(MarketOverview)
  find(@Query(NoParameters) _query: object): Promise<Versioned<MarketOverview>> {
    return this.overview.find();
  }
}
