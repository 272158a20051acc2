import { describe, expect, it } from 'vitest';
import { readPlace } from '../address.ts';
import { readWhere, type Where, writeWhere } from './where.ts';

describe('the address of a page of the monitoring', () => {
  it.each<[Where, string]>([
    [{ section: 'health' }, '#monitoring'],
    [{ section: 'charts', query: { range: '7d', metric: undefined, by: '' } }, '#monitoring/charts?range=7d'],
    [{ section: 'alerts', id: 'a/b?c' }, '#monitoring/alerts/a%2Fb%3Fc'],
    [
      { section: 'alerts', query: { rule: 'DiskAlmostFull', from: '2026-11-26T00:00:00Z' } },
      '#monitoring/alerts?rule=DiskAlmostFull&from=2026-11-26T00%3A00%3A00Z',
    ],
  ])('is read as it was written: %j', (where, hash) => {
    expect(writeWhere(where)).toBe(hash);
    expect(readPlace(hash)).toBe('monitoring');
    const given = Object.entries(where.query ?? {}).filter(([, value]) => value);
    expect(readWhere(hash)).toEqual({
      id: undefined,
      unknown: undefined,
      ...where,
      query: Object.fromEntries(given),
    });
  });

  it.each([
    ['#monitoring/', undefined],
    ['#monitoring?x=1', undefined],
    ['#monitoring/elsewhere', 'elsewhere'],
    ['#monitoring/%E5%88%AB%E5%A4%84/1', '别处'],
  ])('leads to health where it names no page, and is told where it names another: %s', (hash, unknown) => {
    expect(readPlace(hash)).toBe('monitoring');
    expect(readWhere(hash)).toMatchObject({ section: 'health', unknown });
  });

  it('is none for what only begins alike, and reads what nobody could have encoded', () => {
    expect(readPlace('#monitorings')).toBe('chart');
    expect(readWhere('#monitoring/alerts/%').id).toBe('%');
  });
});
