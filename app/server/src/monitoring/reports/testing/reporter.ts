import type { INestApplicationContext } from '@nestjs/common';
import type { Configuration } from '../../../common/configuration/configuration.ts';
import type { Database } from '../../../database/sql.ts';
import { PeriodicQueries } from '../../../database/periodic-queries.ts';
import { Notifications } from '../../../notifications/notifications.service.ts';
import { MetricHistory } from '../../history/metric-history.ts';
import { Metrics } from '../../metrics/metrics.ts';
import { ReportFacts } from '../facts/report-facts.ts';
import { ReportMaker } from '../report-maker.ts';
import { ReportSchedule } from '../report-schedule.ts';
import { ReportSections } from '../sections.ts';

export interface Reporter {
  readonly facts: ReportFacts;
  readonly maker: ReportMaker;
  readonly schedule: ReportSchedule;
}

/** What a worker makes reports with, at a time that the test says; it has all from `app` that needs a whole process. */
export function reporterAt(
  app: INestApplicationContext,
  sql: Database,
  configuration: Configuration,
  now: () => number,
  sections = new ReportSections(),
): Reporter {
  const clock = { now: () => new Date(now()) };
  const history = new MetricHistory(configuration, clock, sql);
  const facts = new ReportFacts(configuration, clock, sql, history, sections);
  const maker = new ReportMaker(sql, facts, app.get(Notifications), new Metrics());
  const schedule = new ReportSchedule(configuration, clock, sql, app.get(PeriodicQueries), maker);
  return { facts, maker, schedule };
}
