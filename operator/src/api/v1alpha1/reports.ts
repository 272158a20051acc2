import { z } from 'zod';
import { describe } from './common.ts';
import { number } from './monitoring-settings.ts';
import { cronOrNeverField, timeZoneField } from './schedule-fields.ts';

/** Reports on operation, by mail where there is a mail channel. */
export const reportsSchema = z
  .object({
    enabled: z
      .boolean()
      .optional()
      .meta(describe('False: no schedule makes one, only somebody who asks; absent: true.')),
    daily: cronOrNeverField(
      'When the report on the day before is made, or Never; absent: at eight.',
    ).optional(),
    weekly: cronOrNeverField(
      'When the report on the week before is made, or Never; absent: on Mondays at eight.',
    ).optional(),
    timeZone: timeZoneField('IANA time zone of the schedules, and of days and weeks in the reports.'),
    keepDays: number(7, 3650, 'Days for which reports are kept; absent: 400.'),
  })
  .meta(
    describe(
      'Daily and weekly reports on availability, incidents and costs, judged by slo.availability; absent leaves them to the application, and 99.9.',
    ),
  );
