import { describe, expect, it } from 'vitest';
import { parseSpec, type StockAnalysisSpec, type StockAnalysisSpecInput } from '../api/index.ts';
import { pendingImages, pinImages } from './images.ts';

function spec(input: StockAnalysisSpecInput = {}): StockAnalysisSpec {
  const parsed = parseSpec(input);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.spec;
}
const OLD = { app: 'app:1', postgres: 'pg:1', sampleData: 'data:1' };
const NEW = { app: 'app:2', postgres: 'pg:1', sampleData: 'data:2' };

describe('pinImages', () => {
  it('keeps what an earlier operator brought, and says what a newer one would change', () => {
    const first = pinImages(spec(), undefined, OLD);
    const later = pinImages(spec(), first, NEW);
    expect(later).toEqual(first);
    expect(pendingImages(later, NEW)).toEqual([
      'image app: app:1 -> app:2',
      'image sampleData: data:1 -> data:2',
    ]);
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
