import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { currentUserId } from '../../common/current-principal.ts';
import { ProcessLog } from '../../common/logging/process-log.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import {
  type LogLevelBody,
  type LogLevelOrder,
  type LogLevelState,
  LOGGING_ROLES,
  type LoggingProcess,
} from './log-level.dto.ts';
import { LogLevels } from './log-levels.ts';
import { END, ORDER, ORDERS, PROCESSES } from './log-levels.sql.ts';

/** How much is logged, as people read and change it. */
@Injectable()
export class LogLevelService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly levels: LogLevels,
    private readonly log: ProcessLog,
    private readonly audit: AuditLog,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  async read(): Promise<LogLevelState> {
    const orders = await this.database.query<LogLevelOrder>(ORDERS);
    const processes = await this.database.query<LoggingProcess>(PROCESSES);
    const { level, configured } = this.log;
    const until = orders.find(({ role }) => role === this.configuration.role)?.until ?? null;
    return { level, configured, until, orders, processes };
  }

  /** Holds here at once, and in every other process at its next look. */
  async order({ level, minutes, role, reason }: LogLevelBody): Promise<LogLevelState> {
    const roles = role === undefined ? LOGGING_ROLES : [role];
    await this.database.transaction(async (sql) => {
      await sql.query(ORDER, [roles, level, reason, currentUserId(), minutes]);
      await this.audit.record(
        {
          action: 'log-level.change',
          object: { kind: 'log-level', id: role ?? 'all' },
          after: { level, minutes },
          reason,
        },
        sql,
      );
    });
    await this.levels.look();
    return this.read();
  }

  /** What changed nothing is not recorded. */
  async end(): Promise<LogLevelState> {
    await this.database.transaction(async (sql) => {
      const ended = await sql.query<{ role: string; level: string }>(END);
      if (ended.length === 0) return;
      const before = Object.fromEntries(ended.map(({ role, level }) => [role, level]));
      const object = { kind: 'log-level', id: 'all' };
      await this.audit.record({ action: 'log-level.end', object, before }, sql);
    });
    await this.levels.look();
    return this.read();
  }
}
