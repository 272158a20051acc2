import { Module } from '@nestjs/common';
import { MarketDataModule } from '../../market-data/market-data.module.ts';
import { IndicatorsController } from './indicators.controller.ts';
import { IndicatorsService } from './indicators.service.ts';

@Module({ imports: [MarketDataModule], controllers: [IndicatorsController], providers: [IndicatorsService] })
export class IndicatorsModule {}
