import { expect, it } from 'vitest';
import { Metrics } from '../../monitoring/metrics/metrics.ts';
import { observeWith } from './observer.ts';

it('a call that was held back is counted, and the log says which budget or rest did it and until when', async () => {
  const metrics = new Metrics();
  const told: (readonly [object, string])[] = [];
  const observer = observeWith(metrics, (fields, text) => told.push([fields, text]));
  const asked = { operation: 'f', host: 'eastmoney', path: '/f?symbol=600000' };
  const retryAt = new Date('2026-11-27T10:00:00Z');
  observer.heldBack(asked, 'over_budget', retryAt);
  expect(told).toEqual([[{ ...asked, reason: 'over_budget', retryAt }, 'the source was not asked for f']]);
  expect(await metrics.exposition()).toContain(
    'stock_analysis_upstream_held_back_total{operation="f",reason="over_budget"} 1',
  );
});
