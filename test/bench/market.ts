/**
 * How fast a whole market is stored, against one plain COPY of the same rows into an equal table of the same PostgreSQL,
 * and with how much memory. SYMBOLS (5000), BARS (250).
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { z } from 'zod';
import { migrateDatabase } from '../../app/server/src/database/migrator.ts';
import { createEqualTable } from '../../app/server/src/market-data/ingestion/testing/load-speed.ts';
import type { MarketSize } from '../../app/server/src/market-data/ingestion/testing/synthetic-market.ts';
import { startEmbeddedPostgres } from '../../hack/postgres/embedded.ts';
import { nodeOptionsOf } from './node-options.ts';
import { memoryOf } from './usage.ts';

const PROGRAM = fileURLToPath(new URL('./market-process.ts', import.meta.url));
const ROUNDS = 5;
const DEADLINE_MS = 600_000;
/** V8 lets garbage lie on a machine with much memory. */
const HEAP = nodeOptionsOf('worker').split(' ');

export interface MarketResult {
  readonly size: MarketSize;
  /** Rows per second of each round. */
  readonly plain: readonly number[];
  readonly loaded: readonly number[];
  /** MiB: the most that a loading process ever had. */
  readonly peak: number;
}

const said = z.union([z.object({ rate: z.number() }), z.object({ failed: z.string() })]);

/** Runs one step in a process of its own, so that memory is that of this step. */
async function measure(url: string, step: string, size: MarketSize): Promise<{ rate: number; peak: number }> {
  const child = fork(PROGRAM, [url, step, String(size.symbols), String(size.bars)], { execArgv: HEAP });
  const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  try {
    const { rate, peak } = await new Promise<{ rate: number; peak: number }>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${step} ended with ${code} before it said anything`)));
      child.once('message', (message) => {
        const result = said.parse(message);
        if ('failed' in result) reject(new Error(`${step}: ${result.failed}`));
        else resolve({ rate: result.rate, peak: memoryOf(child.pid ?? 0).peak });
      });
    });
    return { rate, peak };
  } finally {
    clearTimeout(timer);
    child.removeAllListeners();
    child.kill();
  }
}

/** Turn by turn, so that what else the machine does meets both. */
async function rounds(url: string, migrator: string, size: MarketSize): Promise<MarketResult> {
  const [plain, loaded, peaks]: [number[], number[], number[]] = [[], [], []];
  for (let round = 1; round <= ROUNDS; round += 1) {
    await createEqualTable(migrator, `equal_${round}`);
    plain.push((await measure(url, `equal_${round}`, size)).rate);
    const { rate, peak } = await measure(url, 'load', size);
    loaded.push(rate);
    peaks.push(peak);
    await emptyTables(migrator);
  }
  return { size, plain, loaded, peak: Math.max(...peaks) };
}

async function emptyTables(migrator: string): Promise<void> {
  const client = new Client({ connectionString: migrator });
  await client.connect();
  await client.query('SET ROLE app_owner');
  await client.query('TRUNCATE app.symbols, app.daily_bars, app.ingestion_runs, app.ingestion_progress');
  await client.end();
}

export async function measureMarket(size: MarketSize): Promise<MarketResult> {
  const folder = mkdtempSync(join(tmpdir(), 'stock-analysis-bench-'));
  const postgres = await startEmbeddedPostgres({
    folder: join(folder, 'postgres'),
    logFile: join(folder, 'postgres.log'),
  });
  try {
    const migrator = postgres.url('migrator');
    await migrateDatabase({ connectionString: migrator }, () => undefined);
    return await rounds(postgres.url('application'), migrator, size);
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
