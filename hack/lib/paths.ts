import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** This checkout. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** A folder or file of what belongs to this checkout alone and can be made again. */
export const cloneState = (...parts: string[]): string => join(ROOT, '.state', ...parts);

/** Built programs and images, kept across clusters and clones under content keys. */
export function cacheDir(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return process.env['STOCK_ANALYSIS_CACHE'] ?? join(base, 'stock-analysis');
}

/** The one state folder of the machine's local cluster; see docs/decisions/2026-11-23-one-cluster-per-machine.md. */
export function stateDir(): string {
  return process.env['STOCK_ANALYSIS_CLUSTER_STATE'] ?? '/var/lib/stock-analysis/cluster';
}
