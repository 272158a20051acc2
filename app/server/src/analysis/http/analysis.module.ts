import { Module } from '@nestjs/common';
import { MarketDataModule } from '../../market-data/market-data.module.ts';
import { RuleAnalysisController } from './rule-analysis.controller.ts';
import { RuleAnalysisService } from './rule-analysis.service.ts';

@Module({
  imports: [MarketDataModule],
  controllers: [RuleAnalysisController],
  providers: [RuleAnalysisService],
})
export class AnalysisModule {}
