import { describe, expect, it } from 'vitest';
import { parseSpec, type StockAnalysisSpecInput } from '../index.ts';
import { managedAKTools } from './market-data.ts';

type MarketData = NonNullable<StockAnalysisSpecInput>['marketData'];

/** Undefined where the spec is accepted, else what is wrong with it. */
function problem(marketData: unknown): string | undefined {
  const parsed = parseSpec({ marketData });
  return parsed.ok ? undefined : parsed.message;
}

const aktools = (source: unknown): unknown => ({ provider: 'AKTools', aktools: source });

describe('aktools', () => {
  it.each([
    'http://aktools',
    'http://aktools.example:8080',
    'https://aktools.example/base/',
    'http://[2001:db8::1]:8080',
  ])('may be at %s', (url) => expect(problem(aktools({ url }))).toBeUndefined());

  it.each([
    '',
    'aktools.example:8080',
    '/base',
    'http://',
    'http:aktools',
    'http:///base',
    'ftp://aktools.example',
    'http://me:secret@aktools.example',
    'http://aktools.example/?a=b',
    'http://aktools.example/#a',
    'http://aktools.example/a b',
    `http://${'a'.repeat(600)}`,
  ])('is refused at %j, whatever CRD is installed', (url) => {
    expect(problem(aktools({ url }))).toContain('spec.marketData.aktools.url');
  });

  it('is one of two', () => {
    expect(problem(aktools({}))).toContain('exactly one');
    expect(problem(aktools({ managed: {}, url: 'http://aktools' }))).toContain('exactly one');
  });

  it.each<[string, MarketData, unknown]>([
    [
      'of another provider, even where it is set',
      { provider: 'Sample', aktools: { managed: {} } },
      undefined,
    ],
    ["where it is somebody else's", { provider: 'AKTools', aktools: { url: 'http://aktools' } }, undefined],
    ['by default', { provider: 'AKTools' }, {}],
    ['with its settings', { provider: 'AKTools', aktools: { managed: { image: 'a:1' } } }, { image: 'a:1' }],
  ])('is managed or not: %s', (_, marketData, expected) => {
    const parsed = parseSpec({ marketData });
    expect(parsed.ok && managedAKTools(parsed.spec.marketData)).toEqual(expected);
  });
});

describe('refresh', () => {
  it('is read in the time zone of the exchanges unless it names another', () => {
    const parsed = parseSpec({ marketData: { refresh: { cron: '30 16 * * 1-5' } } });
    expect(parsed.ok && parsed.spec.marketData.refresh).toEqual({
      cron: '30 16 * * 1-5',
      timeZone: 'Asia/Shanghai',
    });
  });

  it.each([
    ['spec.marketData.refresh.cron', { cron: '61 16 * * *' }],
    ['spec.marketData.refresh.cron', { cron: '0 0 30 2 *' }],
    ['spec.marketData.refresh.timeZone', { cron: '0 16 * * *', timeZone: 'Asia/Peking' }],
  ])('names %s where it is wrong: %j', (path, refresh) => {
    expect(problem({ refresh })).toContain(path);
  });
});
