import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AKToolsProvider } from '../../app/server/src/market-data/aktools/aktools-provider.ts';
import { openMarket, openProvider } from '../../app/server/src/market-data/aktools/testing/open-provider.ts';
import { systemClock } from '../../app/server/src/common/clock.ts';
import { ensureAKTools } from './python.ts';
import { type AKToolsServer, startAKTools } from './server.ts';
import { Sites } from './sites.ts';

/** The real AKTools and AkShare; only the quote sites behind them are stood in for. */
export interface Rig {
  readonly python: string;
  /** A folder for files of the test. */
  readonly home: string;
  readonly sites: Sites;
  readonly server: AKToolsServer;
  /** Our client before it, on the evening of 2024-09-18. */
  readonly open: () => AKToolsProvider;
  readonly stop: () => Promise<void>;
}

export async function startRig(): Promise<Rig> {
  const python = await ensureAKTools();
  const home = mkdtempSync(join(tmpdir(), 'aktools-test-'));
  const sites = await Sites.start();
  const server = await startAKTools(python, sites.url, home);
  const day = { date: '2024-09-18', final: true };
  const facts = openMarket({ quoteDay: () => Promise.resolve(day) });
  return {
    ...{ python, home, sites, server },
    open: () => openProvider(server.url, systemClock, { facts }).provider,
    stop: async () => {
      await server.stop();
      await sites.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
