import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DatabaseConnector } from '../database/connector.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database } from '../database/sql.ts';
import type { ComponentCheck, Finding } from '../monitoring/health/component.ts';
import { HealthChecks } from '../monitoring/health/health-checks.ts';
import { type Resting, RESTING } from './gateway/resting.ts';
import { MARKET_DATA_SOURCE } from './market-data-source.ts';

const INTERVAL_MS = 30_000;

interface Run {
  readonly kind: string;
  readonly status: string;
  readonly error: string | null;
  readonly finished_at: Date;
}

const NEWEST = `
  SELECT kind, status, error, finished_at FROM app.ingestion_runs
   WHERE source = $1 AND finished_at IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT 20`;

/**
 * Whether the source answers, of what the workers have seen of it: asking it for a health check would use up calls that it
 * counts. What is stored is served whatever it does, so the platform is degraded at worst.
 */
@Injectable()
export class MarketDataCheck implements ComponentCheck, OnModuleInit {
  readonly component = 'market-data';
  readonly intervalMs = INTERVAL_MS;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(MARKET_DATA_SOURCE) private readonly source: string,
    private readonly connector: DatabaseConnector,
    private readonly checks: HealthChecks,
  ) {}

  onModuleInit(): void {
    this.checks.register(this);
  }

  async check(): Promise<Finding> {
    if (!this.connector.isReady) throw new Error(this.connector.obstacle);
    const resting = await this.database.query<Resting>(RESTING);
    const runs = await this.database.query<Run>(NEWEST, [this.source]);
    return judgeSource(this.source, resting, runs);
  }
}

function wordsOf({ function: name, open_until, is_over, last_error }: Resting): string {
  const until = open_until.toISOString();
  return is_over
    ? `${name} rested until ${until} and was not asked since: ${last_error}`
    : `${name} rests until ${until}: ${last_error}`;
}

/** @param runs that have ended, newest first */
export function judgeSource(source: string, resting: readonly Resting[], runs: readonly Run[]): Finding {
  const [newest] = runs;
  const lastLoad = runs.find(({ status }) => status === 'completed')?.finished_at;
  const troubles = [
    ...resting.map(wordsOf),
    ...(newest?.status === 'failed'
      ? [`the newest load (${newest.kind}) failed: ${newest.error ?? 'without a reason'}`]
      : []),
  ];
  return {
    status: troubles.length === 0 ? 'up' : 'degraded',
    message: troubles.join('; '),
    details: {
      source,
      functionsResting: resting.length,
      lastCompletedLoadAt: lastLoad?.toISOString() ?? null,
    },
  };
}
