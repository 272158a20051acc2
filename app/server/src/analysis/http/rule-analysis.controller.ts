import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Reading } from '../../common/access.ts';
import { Answers } from '../../common/api-docs.ts';
import type { Versioned } from '../../common/conditional/versioned.ts';
import { RuleAnalysis, RuleAnalysisQuery } from './rule-analysis.dto.ts';
import { RuleAnalysisService } from './rule-analysis.service.ts';

@ApiTags('analysis')
@Reading()
@Controller('analyses/rule')
export class RuleAnalysisController {
  constructor(private readonly analyses: RuleAnalysisService) {}

  @Get(':symbol')
  @ApiOperation({
    operationId: 'analyseByRules',
    summary: 'Score the last bar of a symbol by fixed rules, with reasons',
  })
  @ApiParam({ name: 'symbol', example: '000001.SZ' })
  @Answers(RuleAnalysis, { notFound: 'no such symbol, or no bars of it up to `asOf`' })
  analyse(
    @Param('symbol') symbol: string,
    @Query() query: RuleAnalysisQuery,
  ): Promise<Versioned<RuleAnalysis>> {
    return this.analyses.analyse(symbol, query);
  }
}
