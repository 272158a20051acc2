import { describe, expect, it } from 'vitest';
import { parseSpec, type StockAnalysisSpec, type StockAnalysisSpecInput } from '../api/index.ts';
import { pendingImages, pinImages } from './images.ts';

function spec(input: StockAnalysisSpecInput = {}): StockAnalysisSpec {
  const parsed = parseSpec(input);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.spec;
}
const OLD = { app: 'app:1', postgres: 'pg:1', sampleData: 'data:1', aktools: 'ak:1' };
const NEW = { app: 'app:2', postgres: 'pg:1', sampleData: 'data:2', aktools: 'ak:2' };

describe('pinImages', () => {
  it('keeps what an earlier operator brought, and says what a newer one would change', () => {
    const first = pinImages(spec(), undefined, OLD);
    const later = pinImages(spec(), first, NEW);
    const { aktools: _, ...used } = first;
    expect(later).toMatchObject(used);
    expect(pendingImages(later, NEW)).toEqual([
      'image app: app:1 -> app:2',
      'image sampleData: data:1 -> data:2',
    ]);
  });

  it('pins what is used from when it is used', () => {
    const aktools = spec({ marketData: { provider: 'AKTools' } });
    const first = pinImages(spec(), undefined, OLD);
    const later = pinImages(aktools, first, NEW);
    expect(first.aktools.reference).toBe('ak:1');
    expect(later.aktools.reference).toBe('ak:1');
    expect(later.sampleData.reference).toBe('data:2');
    const unused = pinImages(spec(), first, NEW);
    expect(unused.aktools.reference).toBe('ak:2');
    const newest = { ...NEW, aktools: 'ak:3' };
    expect(pinImages(aktools, unused, newest).aktools.reference).toBe('ak:2');
    expect(pendingImages(pinImages(aktools, unused, newest), newest)).toEqual([
      'image app: app:1 -> app:2',
      'image aktools: ak:2 -> ak:3',
    ]);
    const named = spec({ marketData: { provider: 'AKTools', aktools: { managed: { image: 'mine:1' } } } });
    expect(pinImages(named, first, NEW).aktools).toEqual({ reference: 'mine:1', origin: 'Spec' });
    const elsewhere = { provider: 'AKTools' as const, aktools: { url: 'http://aktools.example' } };
    expect(pinImages(spec({ marketData: elsewhere }), first, NEW).aktools.reference).toBe('ak:2');
  });

  it('takes the defaults of this operator where that is asked for, and leaves what the spec names', () => {
    const first = pinImages(spec({ image: { repository: 'mine', tag: '3' } }), undefined, OLD);
    const later = pinImages(spec({ image: { repository: 'mine', tag: '3' } }), first, NEW, true);
    expect(later.app.reference).toBe('mine:3');
    expect(later.sampleData.reference).toBe('data:2');
    expect(pendingImages(later, NEW)).toEqual([]);
  });

  it('follows the spec at once, and gives what a fresh object gets when the spec is silent again', () => {
    const first = pinImages(spec(), undefined, OLD);
    const named = pinImages(spec({ image: { repository: 'mine', tag: '3' } }), first, NEW);
    expect(named.app).toEqual({ reference: 'mine:3', origin: 'Spec' });
    expect(pinImages(spec(), named, NEW).app).toEqual({ reference: 'app:2', origin: 'Operator' });
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(pinImages(spec({ image: { repository: 'mine', digest } }), named, NEW).app.reference).toBe(
      `mine@${digest}`,
    );
  });
});
