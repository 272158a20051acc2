import { z } from 'zod';
import { describe } from './common.ts';
import { cronOrNeverField, timeZoneField } from './schedule-fields.ts';

/** Reports on operation, by mail where there is a mail channel. */
export const reportsSchema = z
  .object({
    daily: cronOrNeverField(
      'When the report on the day before is made, or Never; absent: at eight.',
    ).optional(),
    weekly: cronOrNeverField(
      'When the report on the week before is made, or Never; absent: on Mondays at eight.',
    ).optional(),
    timeZone: timeZoneField('IANA time zone of the schedules, and of days and weeks in the reports.'),
  })
  .meta(
    describe(
      'Daily and weekly reports on availability, incidents and costs; absent leaves them to the application.',
    ),
  );
