import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { AuditLog } from '../../../audit/audit-log.service.ts';
import { CLOCK, type Clock } from '../../../common/clock.ts';
import { currentUserId } from '../../../common/current-principal.ts';
import { InvalidParameterError, NotFoundError } from '../../../common/errors.ts';
import { DATABASE } from '../../../database/database.module.ts';
import type { Database, Sql } from '../../../database/sql.ts';
import { SEVERITIES } from '../rules/definition.ts';
import { RuleSet } from '../rules/rule-set.ts';
import { unfitting } from '../silences/fitting.ts';
import {
  activeAlerts,
  endSilence,
  fits,
  insertSilence,
  listSilences,
  type Silence,
  type Silenceable,
} from '../silences/silences.sql.ts';
import { LONGEST_MINUTES, type SilenceBody, type SilenceItem, type SilenceList } from './silences.dto.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Who plans for later than this has forgotten it when it begins. */
const LATEST_DAYS = 90;
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
    private readonly rules: RuleSet,
  ) {}

  async list(): Promise<SilenceList> {
    const silences = await listSilences(this.database, new Date(this.clock.now().getTime() - DAY_MS));
    const active = await activeAlerts(this.database);
    return { items: silences.map((silence) => counted(silence, active)) };
  }

  /** @throws InvalidParameterError for times that are none, and for labels that no alert ever has */
  async create({ matchers, comment, ...times }: SilenceBody): Promise<SilenceItem> {
    checkMatchers(matchers);
    const now = this.clock.now();
    const silence: Silence = {
      ...{ id: randomUUID(), matchers, comment, createdAt: now, createdBy: currentUserId() },
      ...timesOf(times, now),
    };
    return this.database.transaction(async (sql) => {
      await this.checkFit(sql, silence);
      await insertSilence(sql, silence);
      await this.audit.record(
        {
          action: 'alert-silence.create',
          object: { kind: 'alert-silence', id: silence.id },
          after: {
            matchers: JSON.stringify(matchers),
            startsAt: silence.startsAt.toISOString(),
            endsAt: silence.endsAt.toISOString(),
          },
          reason: comment,
        },
        sql,
      );
      return counted(silence, await activeAlerts(sql));
    });
  }

  private async checkFit(sql: Sql, { matchers }: Silence): Promise<void> {
    const problem = unfitting(matchers, await this.rules.all(sql));
    if (problem !== undefined) throw new InvalidParameterError(problem.parameter, problem.detail);
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

const counted = (silence: Silence, active: readonly Silenceable[]): SilenceItem => ({
  ...silence,
  activeAlerts: active.filter((alert) => fits(silence, alert)).length,
});

/** From when to when; never from what is over on. @throws InvalidParameterError */
function timesOf(
  { startsAt, endsAt, minutes }: Pick<SilenceBody, 'startsAt' | 'endsAt' | 'minutes'>,
  now: Date,
): Pick<Silence, 'startsAt' | 'endsAt'> {
  if ((minutes === undefined) === (endsAt === undefined))
    throw new InvalidParameterError('endsAt', 'give either this or minutes');
  const start = Math.max(now.getTime(), startsAt === undefined ? 0 : Date.parse(startsAt));
  const end = endsAt === undefined ? start + (minutes ?? 0) * MINUTE_MS : Date.parse(endsAt);
  if (start - now.getTime() > LATEST_DAYS * DAY_MS)
    throw new InvalidParameterError('startsAt', `must be within ${LATEST_DAYS} days from now`);
  if (end <= start) throw new InvalidParameterError('endsAt', 'must be later than startsAt, and than now');
  if (end - start > LONGEST_MINUTES * MINUTE_MS)
    throw new InvalidParameterError(
      'endsAt',
      `must be at most ${LONGEST_MINUTES / 24 / 60} days after it begins`,
    );
  return { startsAt: new Date(start), endsAt: new Date(end) };
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
