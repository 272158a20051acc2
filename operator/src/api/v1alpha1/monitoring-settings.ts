import { z } from 'zod';
import { describe } from './common.ts';

/** A number that the application decides on where nobody says it; the bounds are the application's. */
export const number = (least: number, most: number, description: string) =>
  z
    .int()
    .min(least)
    .max(most)
    .meta({ ...describe(description), format: 'int32' })
    .optional();

/** How finely, and for how long, the platform remembers its own metrics. */
export const historySchema = z
  .object({
    sampleSeconds: number(5, 300, 'Seconds between two samples; absent: 15.'),
    rawHours: number(1, 720, 'Hours for which samples are kept; absent: 48.'),
    fiveMinuteDays: number(1, 400, 'Days for which values of five minutes are kept; absent: 30.'),
    hourDays: number(1, 3650, 'Days for which values of hours are kept; absent: 400.'),
  })
  .meta(describe('History of metrics inside the platform, for charts without a Prometheus.'));

/** From where on something is slow. */
export const slowSchema = z
  .object({
    queryMilliseconds: number(1, 60_000, 'Milliseconds of a statement; absent: 500.'),
    routeMilliseconds: number(1, 60_000, 'Milliseconds of a request; absent: 1000.'),
    jobSeconds: number(1, 86_400, 'Seconds of a job; absent: 60.'),
    eventLoopMilliseconds: number(10, 60_000, 'Milliseconds by which timers are late; absent: 200.'),
  })
  .meta(describe('What takes longer is logged and listed as slow.'));

/** How long errors of the application are remembered. */
export const errorsSchema = z
  .object({
    keepDays: number(
      1,
      3650,
      'Days after which an error is forgotten that was resolved or ignored and has not come again; absent: 90.',
    ),
  })
  .meta(describe('Errors of the application itself, each kind with its count.'));

/** How the alerts of the application itself behave. */
export const engineSchema = z
  .object({
    evaluationSeconds: number(5, 300, 'Seconds between two looks at the rules; absent: 15.'),
    groupSeconds: number(0, 600, 'What begins within so many seconds is told in one message; absent: 30.'),
    cooldownSeconds: number(0, 86_400, 'What comes back within so many seconds is not told; absent: 300.'),
    escalateMinutes: number(
      0,
      1440,
      'A critical alert that nobody acknowledged is told again after so many minutes; 0: never; absent: 60.',
    ),
    keepDays: number(1, 3650, 'Days for which alerts that ended are kept; absent: 400.'),
  })
  .meta(describe('Alerts of the application itself, which need no Prometheus.'));

export const perTenMinutes = number(
  1,
  1000,
  'Most messages in ten minutes; what is more becomes one that counts it; absent: 20.',
);
export const keepDays = number(1, 3650, 'Days for which deliveries are kept; absent: 90.');
