/**
 * What reading costs: the newest 250 bars with six indicators, of any of 5,000 symbols with 2,000 bars each, at 100
 * requests per second; and small requests beside sixty large ones. The server runs on one core, PostgreSQL and the
 * clients on the other.
 *
 * READ_SYMBOLS (5000), READ_SECONDS (60)
 */
import { buildServer } from '../../hack/start/build.ts';
import { pin, untilStopped, withServer } from './app-server.ts';
import { BARS_PER_SYMBOL, MarketDatabase, symbolOf } from './market-database.ts';
import { type Measured, openLoop, percentile } from './open-loop.ts';
import { cpuMsOf, type Memory, memoryOf } from './usage.ts';

const SERVER_CORE = '0';
const OTHER_CORE = '1';
const PER_SECOND = 100;
const WARM_UP_SECONDS = 10;
const NAMES = 'MA20,EMA12,MACD,RSI6,KDJ,BOLL';
const MANY_NAMES = Array.from({ length: 20 }, (_, index) => `MA${index + 5}`).join(',');
const LARGE_REQUESTS = 60;
const SMALL_PER_SECOND = 20;
const SMALL_SECONDS = 10;

interface Reading {
  readonly symbols: number;
  readonly load: Measured;
  /** Share of its core that the server used. */
  readonly busy: number;
  readonly memory: Memory;
  readonly beside: Measured;
  readonly largeSeconds: number;
}

/** Sixty whole histories at once, and whether a small question is answered in the meantime. */
async function besideLarge(url: string): Promise<Pick<Reading, 'beside' | 'largeSeconds'>> {
  const started = performance.now();
  const large = Array.from({ length: LARGE_REQUESTS }, (_, index) =>
    fetch(`${url}/api/v1/indicators/${symbolOf(index)}?names=${MANY_NAMES}`).then((answer) =>
      answer.arrayBuffer(),
    ),
  );
  const allLarge = Promise.all(large).then(() => (performance.now() - started) / 1000);
  const rate = { perSecond: SMALL_PER_SECOND, seconds: SMALL_SECONDS };
  const beside = await openLoop(() => `${url}/api/v1/symbols/${symbolOf(0)}`, rate);
  return { beside, largeSeconds: await allLarge };
}

async function measure(symbols: number, seconds: number): Promise<Reading> {
  await buildServer();
  const database = await MarketDatabase.start(symbols);
  return untilStopped(
    () => database.stop(),
    async () => {
      pin(database.pid, OTHER_CORE);
      pin(process.pid, OTHER_CORE);
      return withServer(database.url, SERVER_CORE, async ({ url, pid }) => {
        const urlOf = (): string =>
          `${url}/api/v1/indicators/${symbolOf(Math.floor(Math.random() * symbols))}?names=${NAMES}&limit=250`;
        await openLoop(urlOf, { perSecond: PER_SECOND / 2, seconds: WARM_UP_SECONDS });
        const [cpu, from] = [cpuMsOf(pid), performance.now()];
        const load = await openLoop(urlOf, { perSecond: PER_SECOND, seconds });
        const busy = (cpuMsOf(pid) - cpu) / (performance.now() - from);
        const memory = memoryOf(pid);
        return { symbols, load, busy, memory, ...(await besideLarge(url)) };
      });
    },
  );
}

const shown = (value: number): string => value.toFixed(1);

function latencyRow(name: string, measured: Measured): string {
  const cells = [50, 95, 99, 100].map((percent) => shown(percentile(measured, percent)));
  return `| ${[name, measured.requests, measured.failures, ...cells].join(' | ')} |`;
}

function tableOf({ symbols, load, busy, memory, beside, largeSeconds }: Reading): string {
  return [
    '## Reading',
    '',
    `${((symbols * BARS_PER_SYMBOL) / 1e6).toFixed(1)} million bars of ${symbols} symbols; ${NAMES} of the newest 250 bars at ${PER_SECOND} requests per second, ${(load.bytes / load.requests / 1000).toFixed(0)} kB each. The server used ${(busy * 100).toFixed(0)} % of its core, RSS ${memory.resident.toFixed(0)} MiB (peak ${memory.peak.toFixed(0)}). ${LARGE_REQUESTS} whole histories with 20 indicators, asked for at once, took ${shown(largeSeconds)} s.`,
    '',
    '| ms from when it was due | requests | failed | p50 | p95 | p99 | max |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    latencyRow('250 bars, six indicators', load),
    latencyRow(`one symbol, beside ${LARGE_REQUESTS} whole histories`, beside),
  ].join('\n');
}

export async function measureReads(): Promise<string> {
  const symbols = Number(process.env['READ_SYMBOLS'] ?? 5_000);
  return tableOf(await measure(symbols, Number(process.env['READ_SECONDS'] ?? 60)));
}
