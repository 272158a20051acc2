import { describe, expect, it } from 'vitest';
import { parseSpec, type StockAnalysisSpecInput } from '../api/index.ts';
import { warningsOf } from './warnings.ts';

const reasons = (input: StockAnalysisSpecInput, isCRDOutdated = false): string[] => {
  const parsed = parseSpec(input);
  if (!parsed.ok) throw new Error(parsed.message);
  return warningsOf(parsed.spec, { isCRDOutdated }).map(({ reason }) => reason);
};

describe('warningsOf', () => {
  it('has nothing to say about the defaults', () => expect(reasons({})).toEqual([]));

  it.each<[StockAnalysisSpecInput, string[]]>([
    [{ server: { replicas: 1 } }, ['SingleReplica']],
    [{ image: { repository: 'r/app', tag: 'latest' } }, ['MovingImageTag']],
    [{ image: { repository: 'r/app', tag: '1.2.3' } }, []],
    [{ image: { repository: 'r/app', digest: `sha256:${'a'.repeat(64)}` } }, []],
    [{ image: { pullPolicy: 'Never' } }, ['ImagesNotPulled']],
    [{ database: { builtIn: { parameters: { statement_timeout: '5s' } } } }, ['StatementTimeoutForAll']],
    [{ server: { replicas: 1 }, image: { pullPolicy: 'Never' } }, ['SingleReplica', 'ImagesNotPulled']],
    [{ security: { trustedProxies: ['10.0.0.0/8', '::/0'] } }, ['AnyProxyTrusted']],
    [{ security: { trustedProxies: ['10.0.0.0/10'], allowedCIDRs: ['0.0.0.0/0'] } }, []],
  ])('%j: %j', (spec, expected) => expect(reasons(spec)).toEqual(expected));

  it('names an outdated CRD first', () =>
    expect(reasons({ server: { replicas: 1 } }, true)).toEqual(['CRDOutdated', 'SingleReplica']));
});
