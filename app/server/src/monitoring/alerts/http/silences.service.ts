import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { AuditLog } from '../../../audit/audit-log.service.ts';
import { CLOCK, type Clock } from '../../../common/clock.ts';
import { currentUserId } from '../../../common/current-principal.ts';
import { InvalidParameterError, NotFoundError } from '../../../common/errors.ts';
import { DATABASE } from '../../../database/database.module.ts';
import type { Database } from '../../../database/sql.ts';
import { SEVERITIES } from '../rules/definition.ts';
import { endSilence, insertSilence, listSilences, type Silence } from '../silences/silences.sql.ts';
import type { SilenceBody, SilenceItem, SilenceList } from './silences.dto.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MOST_MATCHERS = 10;
const LABEL = /^[a-z][a-z0-9_]{0,63}$/;
const LONGEST_VALUE = 200;

/** Silences as people read and make them. */
@Injectable()
export class SilencesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  async list(): Promise<SilenceList> {
    return { items: await listSilences(this.database, new Date(this.clock.now().getTime() - DAY_MS)) };
  }

  async create({ matchers, minutes, comment }: SilenceBody): Promise<SilenceItem> {
    checkMatchers(matchers);
    const startsAt = this.clock.now();
    const silence: Silence = {
      id: randomUUID(),
      matchers,
      startsAt,
      endsAt: new Date(startsAt.getTime() + minutes * MINUTE_MS),
      comment,
      createdAt: startsAt,
      createdBy: currentUserId(),
    };
    await this.database.transaction(async (sql) => {
      await insertSilence(sql, silence);
      await this.audit.record(
        {
          action: 'alert-silence.create',
          object: { kind: 'alert-silence', id: silence.id },
          after: { matchers: JSON.stringify(matchers), endsAt: silence.endsAt.toISOString() },
          reason: comment,
        },
        sql,
      );
    });
    return silence;
  }

  /** @throws NotFoundError where there is none that has not ended */
  async end(id: string): Promise<void> {
    await this.database.transaction(async (sql) => {
      if (!(await endSilence(sql, id, this.clock.now())))
        throw new NotFoundError('there is no such silence, or it has ended');
      await this.audit.record({ action: 'alert-silence.end', object: { kind: 'alert-silence', id } }, sql);
    });
  }
}

/** A silence that fits everything would be the end of all alerts. */
function checkMatchers(matchers: Readonly<Record<string, unknown>>): void {
  const entries = Object.entries(matchers);
  if (entries.length === 0 || entries.length > MOST_MATCHERS)
    throw new InvalidParameterError('matchers', `must name 1 to ${MOST_MATCHERS} labels`);
  for (const [name, value] of entries) {
    if (!LABEL.test(name))
      throw new InvalidParameterError(
        'matchers',
        'must have names of labels: small letters, digits and underscores',
      );
    if (typeof value !== 'string' || value.length > LONGEST_VALUE)
      throw new InvalidParameterError(
        `matchers.${name}`,
        `must be text of at most ${LONGEST_VALUE} characters`,
      );
  }
  checkMeaning(matchers);
}

/** A silence that can fit no alert lulls whoever made it. */
function checkMeaning({ alertname, severity }: Readonly<Record<string, unknown>>): void {
  // Webhooks and Prometheus call it so; labels of ours never do.
  if (alertname !== undefined) throw new InvalidParameterError('matchers.alertname', 'is named rule here');
  if (severity !== undefined && !SEVERITIES.some((one) => one === severity))
    throw new InvalidParameterError('matchers.severity', `must be one of ${SEVERITIES.join(', ')}`);
}
