import { Injectable } from '@nestjs/common';
import { Versioned } from '../../common/conditional/versioned.ts';
import { NotFoundError } from '../../common/errors.ts';
import { rounded } from '../../common/rounded.ts';
import { type BarHistory, BarsService } from '../../market-data/bars/bars.service.ts';
import { priceBasis } from '../price-basis.ts';
import { scoreByRules } from '../rule-score.ts';
import type { RuleReason } from '../rule-factors.ts';
import type { RuleAnalysis, RuleAnalysisQuery, RuleReasonItem } from './rule-analysis.dto.ts';

@Injectable()
export class RuleAnalysisService {
  constructor(private readonly bars: BarsService) {}

  /** @throws NotFoundError for an unknown symbol, and for one without bars up to `asOf` */
  async analyse(text: string, query: RuleAnalysisQuery): Promise<Versioned<RuleAnalysis>> {
    const series = await this.bars.series(text, { period: 'daily', adjust: 'known', until: query.asOf });
    return new Versioned(series.version, async () => analysisOf(await series.read(), query));
  }
}

function analysisOf(history: BarHistory, query: RuleAnalysisQuery): RuleAnalysis {
  const { symbol, name, source, stale } = history;
  const asOf = history.dates.at(-1);
  if (asOf === undefined) {
    const parameter = history.asOf === null || query.asOf === undefined ? 'symbol' : 'asOf';
    const detail = `no bars of ${symbol} are stored${query.asOf === undefined ? '' : ` up to ${query.asOf}`}`;
    throw new NotFoundError(`${parameter}: ${detail}`, [{ parameter, detail }]);
  }
  const { adjust } = history;
  const facts = { isAdjusted: adjust !== 'none', impossibleMoves: history.impossibleMoves() };
  const basis = priceBasis(history, facts);
  const score = scoreByRules(basis.bars);
  return {
    symbol,
    name,
    asOf,
    source,
    stale,
    adjust,
    ...score,
    dataGaps: [
      ...(history.isPartial(asOf) ? [`${asOf} 尚未收盘，评分会随之变动`] : []),
      ...basis.dataGaps,
      ...score.dataGaps,
    ],
    reasons: score.reasons.map((reason) => itemOf(reason)),
  };
}

function itemOf({ id, text, points, evidence }: RuleReason): RuleReasonItem {
  const numbers = Object.entries(evidence).map(([name, value]) => [name, rounded(value)] as const);
  return { id, text, points, evidence: Object.fromEntries(numbers) };
}
