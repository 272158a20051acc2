import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INGESTION_QUEUE } from './database/job-queue.ts';
import { AlertLoop } from './monitoring/alerts/alert-loop.ts';
import { CapturedLogs, type LogLine } from './testing/captured-logs.ts';
import { type LiveWorker, startLiveWorker } from './testing/live-worker.ts';

const SYMBOL = '399001.SZ';
const PATIENCE = { timeout: 45_000, interval: 200 };

/** A worker that loads one symbol, as somebody sees it who looks closer. */
describe('the log of a worker', () => {
  const logs = new CapturedLogs();
  let live: LiveWorker;
  beforeAll(async () => {
    live = await startLiveWorker([SYMBOL], { logLevel: 'trace', logDestination: logs });
  });
  afterAll(() => live.close());

  const lines = (level: string, context: string): LogLine[] =>
    logs.parsed().filter((line) => line.level === level && line['context'] === context);

  it('has at debug what the source was asked for and what came of it, with the job that it belongs to', async () => {
    await expect.poll(() => lines('debug', 'Work'), PATIENCE).not.toEqual([]);
    const ofTheLoad = { job: INGESTION_QUEUE, runId: expect.any(String), traceId: expect.any(String) };
    expect(lines('debug', 'MarketData')).toContainEqual(
      expect.objectContaining({
        ...ofTheLoad,
        operation: 'index_zh_a_hist',
        path: expect.stringContaining('symbol=399001'),
        outcome: 'ok',
        milliseconds: expect.any(Number),
      }),
    );
    expect(lines('debug', 'IngestionWorker')).toContainEqual(
      expect.objectContaining({ ...ofTheLoad, symbol: SYMBOL, rows: expect.any(Number) }),
    );
    expect(lines('debug', 'Work')).toContainEqual(
      expect.objectContaining({ ...ofTheLoad, jobs: 1, milliseconds: expect.any(Number), failed: false }),
    );
  });

  it('has at trace each statement without its parameters, each turn, and what each rule saw', async () => {
    const statements = lines('trace', 'Work');
    expect(statements.map(({ operation }) => operation)).toEqual(
      expect.arrayContaining(['select', 'insert', 'update', 'copy', 'transaction']),
    );
    expect(JSON.stringify(statements)).not.toContain('399001');
    expect(lines('trace', 'PeriodicQueries').map(({ job }) => job)).toContain('waiting jobs');
    const observed = async (): Promise<unknown> => {
      await live.worker.get(AlertLoop).evaluate();
      return lines('trace', 'Alerts').findLast(({ rule }) => rule === 'ComponentDegraded')?.['observations'];
    };
    const alerts = { labels: { component: 'alerts' }, state: 'clear', detail: 'up' };
    await expect.poll(observed, PATIENCE).toContainEqual(alerts);
  });
});
