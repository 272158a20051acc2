import { expect, it } from 'vitest';
import { judgeSource } from './market-data-check.ts';

const at = (text: string): Date => new Date(text);
const completed = {
  kind: 'refresh',
  status: 'completed',
  error: null,
  finished_at: at('2026-11-26T08:00:00Z'),
};

it('is up while the newest load went well and nothing rests', () => {
  expect(judgeSource('aktools', [], [completed])).toEqual({
    status: 'up',
    message: '',
    details: {
      source: 'aktools',
      functionsResting: 0,
      lastCompletedLoadAt: '2026-11-26T08:00:00.000Z',
    },
  });
  expect(judgeSource('sample', [], []).status).toBe('up');
});

it('is degraded while a function rests, and says until when and why', () => {
  const resting = {
    function: 'stock_zh_a_hist',
    openings: 1,
    open_until: at('2026-11-26T09:00:00Z'),
    is_over: false,
    last_error: 'timeout',
  };
  expect(judgeSource('aktools', [resting], [completed])).toMatchObject({
    status: 'degraded',
    message: 'stock_zh_a_hist rests until 2026-11-26T09:00:00.000Z: timeout',
    details: { functionsResting: 1 },
  });
  expect(judgeSource('aktools', [{ ...resting, is_over: true }], [completed]).message).toBe(
    'stock_zh_a_hist rested until 2026-11-26T09:00:00.000Z and was not asked since: timeout',
  );
});

it('is degraded after a load that failed, until one goes well', () => {
  const failed = {
    kind: 'history',
    status: 'failed',
    error: 'no answer',
    finished_at: at('2026-11-26T09:00:00Z'),
  };
  expect(judgeSource('aktools', [], [failed, completed])).toMatchObject({
    status: 'degraded',
    message: 'the newest load (history) failed: no answer',
    details: { lastCompletedLoadAt: '2026-11-26T08:00:00.000Z' },
  });
  expect(judgeSource('aktools', [], [completed, failed]).status).toBe('up');
});
