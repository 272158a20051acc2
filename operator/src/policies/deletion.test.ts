import { describe, expect, it } from 'vitest';
import type { StockAnalysis } from '../api/index.ts';
import { ANNOTATION, API_VERSION, FINALIZER, KIND } from '../naming/index.ts';
import { decideDeletion, leftDataBehind, needsFinalizer } from './deletion.ts';

function deleted(finalizers: string[], annotations: Record<string, string> = {}): StockAnalysis {
  const metadata = { name: 'demo', namespace: 'ns', uid: 'u', generation: 2, resourceVersion: '9' };
  const deletionTimestamp = '2026-11-23T12:00:00Z';
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { ...metadata, finalizers, annotations, deletionTimestamp },
  };
}

describe('decideDeletion', () => {
  it('keeps data by default', () => {
    expect(decideDeletion(deleted([FINALIZER]), 'Retain')).toEqual({ action: 'release' });
    expect([needsFinalizer('Retain'), needsFinalizer('Delete')]).toEqual([false, true]);
  });

  it('removes data only when told twice', () => {
    expect(decideDeletion(deleted([FINALIZER]), 'Delete')).toMatchObject({
      action: 'await-confirmation',
      message: expect.stringContaining('confirm-delete=demo'),
    });
    const confirmed = (name: string) =>
      decideDeletion(deleted([FINALIZER], { [ANNOTATION.confirmDelete]: name }), 'Delete');
    expect(confirmed('other').action).toBe('await-confirmation');
    expect(confirmed('demo')).toEqual({ action: 'remove-data' });
  });

  it('knows an object that was gone before its data could go with it', () => {
    const { deletionTimestamp: _, ...metadata } = deleted([]).metadata;
    const gone = { ...deleted([]), metadata };
    expect([leftDataBehind(gone, 'Delete'), leftDataBehind(gone, 'Retain')]).toEqual([true, false]);
    expect(leftDataBehind(deleted([]), 'Delete')).toBe(false);
    expect(leftDataBehind({ ...gone, metadata: { ...metadata, finalizers: [FINALIZER] } }, 'Delete')).toBe(
      false,
    );
  });

  it('has nothing to do once its finalizer is gone', () => {
    expect(decideDeletion(deleted(['somebody/else']), 'Delete')).toEqual({ action: 'none' });
  });
});
