import { homedir } from 'node:os';
import { join } from 'node:path';

/** Built programs and images, kept across clusters and clones under content keys. */
export function cacheDir(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return process.env['STOCK_ANALYSIS_CACHE'] ?? join(base, 'stock-analysis');
}

/** The one state folder of the machine's local cluster; see docs/decisions/2026-11-23-one-cluster-per-machine.md. */
export function stateDir(): string {
  return process.env['STOCK_ANALYSIS_CLUSTER_STATE'] ?? '/var/lib/stock-analysis/cluster';
}
