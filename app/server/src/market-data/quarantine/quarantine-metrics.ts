import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { messageOf } from '../../common/configuration/errors.ts';
import { DatabaseConnector } from '../../database/connector.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { Metrics } from '../../monitoring/metrics.ts';

interface OpenRows {
  readonly source: string;
  readonly dataset: string;
  readonly disposition: string;
  readonly count: number;
}

const REFRESH_MS = 60_000;

/** How many rows wait for a decision. The worker's: every server would report the same again. */
@Injectable()
export class QuarantineMetrics implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(QuarantineMetrics.name);
  private open: readonly OpenRows[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly connector: DatabaseConnector,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.metrics.gauge(
      'quarantine_open_rows',
      'Quarantined rows that nobody has decided about',
      ['source', 'dataset', 'disposition'],
      (set) => {
        for (const { count, ...labels } of this.open) set(labels, count);
      },
    );
    void this.connector.whenReady().then(() => {
      this.timer = setInterval(() => void this.refresh(), REFRESH_MS).unref();
      return this.refresh();
    });
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async refresh(): Promise<void> {
    try {
      this.open = await this.database.query(
        `SELECT source, dataset, disposition, count(*)::int AS count FROM app.quarantine
          WHERE resolution IS NULL GROUP BY source, dataset, disposition`,
      );
    } catch (error) {
      this.logger.warn(`quarantined rows cannot be counted: ${messageOf(error)}`);
    }
  }
}
