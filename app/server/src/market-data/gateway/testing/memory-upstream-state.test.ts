import { describe } from 'vitest';
import { MemoryUpstreamState } from './memory-upstream-state.ts';
import { describeUpstreamState } from './upstream-state-suite.ts';

describe('MemoryUpstreamState', () => {
  describeUpstreamState((clock) => {
    const state = new MemoryUpstreamState(clock);
    return Promise.resolve(() => state);
  });
});
