/**
 * What the operator, the indicators, reading and signing in cost, and how fast a market is stored: `make bench`. Prints its tables and
 * writes them to test-artifacts/bench.md. Exit code 1 where a figure breaks a bound that the platform promises.
 *
 * usage: main.ts [load] [foreign] [idle] [scrape] [indicators] [market] [read] [logins] [series]   (default: all)
 * OBJECTS (500; of scrape 1000), MINUTES of quiet (30), SERIES of bars (5000), SYMBOLS (5000) with BARS (250), READ_SYMBOLS (5000),
 * READ_SECONDS (60), made-up REQUESTS (100000) for the count of series
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { stopServers } from './app-server.ts';
import { measureForeign, measureIdle } from './at-rest.ts';
import { measureIndicators } from './indicators.ts';
import { measureLoad } from './load.ts';
import { measureLogins } from './logins.ts';
import { measureMarket } from './market.ts';
import { stopPlanes } from './plane.ts';
import { measureReads } from './read.ts';
import { foreignTable, idleTable, loadTable, marketTable, type Section } from './report.ts';
import { measureScrapes } from './scrape.ts';
import { measureSeries } from './series.ts';

const FOREIGN_SECRETS = 2000;

const PARTS: Readonly<Record<string, () => Promise<string | Section>>> = {
  load: async () => {
    const objects = Number(process.env['OBJECTS'] ?? 500);
    return loadTable([await measureLoad('External', objects), await measureLoad('BuiltIn', objects)]);
  },
  foreign: async () =>
    foreignTable([await measureForeign(FOREIGN_SECRETS, false), await measureForeign(FOREIGN_SECRETS, true)]),
  idle: async () => idleTable(await measureIdle(Number(process.env['MINUTES'] ?? 30))),
  scrape: () => measureScrapes(Number(process.env['OBJECTS'] ?? 1000)),
  indicators: measureIndicators,
  market: async () => {
    const [symbols, bars] = [Number(process.env['SYMBOLS'] ?? 5000), Number(process.env['BARS'] ?? 250)];
    return marketTable(await measureMarket({ symbols, bars }));
  },
  read: measureReads,
  logins: measureLogins,
  series: () => measureSeries(Number(process.env['REQUESTS'] ?? 100_000)),
};

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void Promise.all([stopPlanes(), stopServers()]).finally(() => process.exit(1)));

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0)
  throw new Error(`unknown: ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
const sections = [`${new Date().toISOString().slice(0, 10)}, ${machine}.`];
const broken: string[] = [];
for (const [name, measure] of Object.entries(PARTS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const measured = await measure();
  const { text, complaints } = typeof measured === 'string' ? { text: measured, complaints: [] } : measured;
  console.log(text);
  sections.push(text);
  broken.push(...complaints);
}
mkdirSync('test-artifacts', { recursive: true });
writeFileSync('test-artifacts/bench.md', `${sections.join('\n\n')}\n`);
for (const complaint of broken) console.error(complaint);
process.exitCode = broken.length === 0 ? 0 : 1;
