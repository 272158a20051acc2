/**
 * Changes of one object, generated from the schema of the CRD: every property through its bounds, off and on again,
 * bad values taken back, refused values, and walks over specs that set several at once. Every stop must be the state of
 * a fresh object of the same spec, over all objects and fields.
 *
 * FULL_MATRIX=1 (`make test-transitions`) runs all of them; otherwise some chains are drawn by SEED.
 * CHAIN=name runs one alone, for example CHAIN=server.replicas.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import { ExternalDatabase } from '../support/external-database.ts';
import { generator, seed } from '../support/random.ts';
import { inParallel } from '../support/wait.ts';
import { allChains, type Chain } from './chains.ts';
import { FreshStates, runChain, type ChainResult } from './run-chain.ts';

const tier = inject('tier');
const isFull = process.env['FULL_MATRIX'] === '1';
const alone = process.env['CHAIN'];

const PARALLEL = 6;
const SAMPLE = 4;
const WALKS = { number: 12, length: 16 };
/** Changes that the full run must come to. */
const ENOUGH = 300;
const HOUR_MS = 3_600_000;
const TABLE = 'test-artifacts/transitions.md';

function choose(chains: readonly Chain[], random: () => number): readonly Chain[] {
  if (alone !== undefined) return chains.filter(({ name }) => name === alone);
  if (isFull) return chains;
  const left = [...chains];
  return Array.from({ length: SAMPLE }, () => left.splice(Math.floor(random() * left.length), 1)).flat();
}

it(`every change ends where a fresh object begins (SEED=${seed})`, { timeout: HOUR_MS }, async () => {
  const random = generator(seed);
  const chains = choose(allChains(random, WALKS), random);
  const elsewhere = await ExternalDatabase.start(tier, join(tier.scratch, 'transitions-elsewhere'));
  onTestFinished(() => elsewhere.stop());
  const fresh = new FreshStates(tier, 'transitions', elsewhere);
  await fresh.learn();
  const rows: string[] = [];
  const problems: string[] = [];
  const totals = { reached: 0, idle: 0, refused: 0 };
  const started = performance.now();
  const note = ({ name }: Chain, result: ChainResult): void => {
    totals.reached += result.reached;
    totals.idle += result.idle;
    totals.refused += result.refused;
    problems.push(...result.problems);
    rows.push(
      `| ${name} | ${result.reached} | ${result.idle} | ${result.refused} | ${result.problems.length} |`,
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(`[${rows.length}/${chains.length}, ${seconds} s] ${name}: ${result.reached} reached`);
  };
  await inParallel(chains, PARALLEL, async (chain) => {
    const namespace = `transitions-${chain.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
    const failed = (error: unknown): ChainResult => ({
      ...{ reached: 0, idle: 0, refused: 0 },
      problems: [`${chain.name}: ${error instanceof Error ? error.message : String(error)}`],
    });
    note(chain, await runChain(tier, namespace, chain, fresh).catch(failed));
  });
  const table = [
    '| chain | reached | no change | refused | wrong |',
    '|---|---|---|---|---|',
    ...rows.toSorted(),
  ];
  const sum = `| in all | ${totals.reached} | ${totals.idle} | ${totals.refused} | ${problems.length} |`;
  const text = [...table, sum, '', `masked: ${[...fresh.mask].join(', ')}`, ''].join('\n');
  mkdirSync('test-artifacts', { recursive: true });
  writeFileSync(TABLE, text);
  console.log(`${text}\n${fresh.size + 3} fresh objects`);
  expect(problems).toEqual([]);
  expect(totals.reached + totals.idle).toBeGreaterThanOrEqual(chains.length);
  expect(totals.reached).toBeGreaterThanOrEqual(isFull && alone === undefined ? ENOUGH : 0);
});
