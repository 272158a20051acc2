import { z } from 'zod';
import { SEVERITIES, type Severity } from '../../../common/severity.ts';

export { SEVERITIES, type Severity };

const metric = z.string().regex(/^[a-z][a-z0-9_]{0,127}$/, 'must be the name of a metric');
const labelName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be the name of a label');
const labels = z
  .record(labelName, z.string().max(200, 'must have at most 200 characters'))
  .refine((named) => Object.keys(named).length <= 10, 'must name at most 10 labels');
const matchers = labels.default({});
/** One alert for each combination of values of these labels; what is not named is put together. */
const by = z.array(labelName).max(5, 'must name at most 5 labels').default([]);
const number = z.number({ error: 'must be a finite number' });
const seconds = (least: number, most: number): z.ZodNumber =>
  z
    .number()
    .int(`must be whole seconds`)
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`);

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** A bound, and the other one that ends the alert, so that a value that wavers about one bound is one alert. */
const bound = {
  direction: z.enum(['above', 'below']).default('above'),
  limit: number,
  /** The alert ends on this side of it; default `limit`. */
  clear: number.optional(),
};

const threshold = z.strictObject({
  kind: z.literal('threshold'),
  metric,
  matchers,
  by,
  /** What becomes of the samples of the window; series that are put together give their worst one. */
  reduce: z.enum(['last', 'mean', 'largest', 'smallest']).default('mean'),
  windowSeconds: seconds(15, DAY).default(60),
  ...bound,
});

/** Of counters: how much they grew. */
const rate = z.strictObject({
  kind: z.literal('rate'),
  metric,
  matchers,
  by,
  windowSeconds: seconds(15, DAY).default(300),
  /** Growth for each of so many seconds. */
  perSeconds: seconds(1, DAY).default(60),
  ...bound,
});

/** Of counters: which share some of what was counted have in all of it. */
const ratio = z.strictObject({
  kind: z.literal('ratio'),
  metric,
  matchers,
  /** Those whose share it is have these labels as well. */
  part: labels.refine((named) => Object.keys(named).length > 0, 'must name at least one label'),
  by,
  windowSeconds: seconds(15, DAY).default(600),
  /** Fewer of the part than so many within the window begin nothing. */
  fewest: z.number().int().min(1).max(1_000_000).default(5),
  limit: number.min(0, 'must be at least 0').lt(1, 'must be less than 1: no share is above it'),
  /** As of `bound`. */
  clear: number.min(0, 'must be at least 0').optional(),
});

const absence = z.strictObject({
  kind: z.literal('absence'),
  metric,
  matchers,
  /** Nothing came for so long. */
  absentSeconds: seconds(30, DAY).default(120),
});

/** The value of the last hour against the same hour of past days. */
const anomaly = z.strictObject({
  kind: z.literal('anomaly'),
  metric,
  matchers,
  by,
  direction: z.enum(['above', 'below', 'both']).default('both'),
  /** Past days that are looked at, and of how many there must be values. */
  days: z.number().int().min(3).max(60).default(14),
  leastDays: z.number().int().min(3).max(60).default(5),
  /** Distance from their median, in robust standard deviations (1.4826 x median absolute deviation). */
  deviations: z.number().min(1).max(100).default(4),
  /** A smaller distance is none, however even the past was; in the unit of the metric. */
  leastDifference: number.nonnegative().default(0),
  /** While fewer than `leastDays` days have values, this alone is too much; default: nothing is said then. */
  untilKnown: number.nonnegative().optional(),
});

const component = z.strictObject({
  kind: z.literal('component'),
  /** `*`: each that is reported, with the label `component`. */
  component: z.string().regex(/^(\*|[a-z][a-z-]{0,63})$/, 'must be the name of a component, or *'),
  /** Of `*`, without these. */
  except: z.array(z.string().max(64)).max(20).default([]),
  /** From this state on. */
  from: z.enum(['degraded', 'down']).default('degraded'),
});

export const condition = z.discriminatedUnion('kind', [threshold, rate, ratio, absence, anomaly, component]);
export type Condition = z.infer<typeof condition>;
export type ConditionOf<Kind extends Condition['kind']> = Extract<Condition, { kind: Kind }>;

const text = (most: number): z.ZodString =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(most, `must have at most ${most} characters`)
    .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters');

export const ruleName = z
  .string()
  .regex(/^[A-Z][A-Za-z0-9]{2,63}$/, 'must be 3 to 64 letters and digits, and begin with a capital letter');

/** What people may say of a rule. Templates know `{{value}}`, `{{limit}}` and `{{labels.NAME}}`. */
export const ruleDefinition = z.strictObject({
  severity: z.enum(SEVERITIES),
  /** One line: what is the case. */
  summary: text(200),
  /** What it means, and what to do. */
  description: text(2_000),
  condition,
  /** The condition must hold for so long. */
  forSeconds: seconds(0, DAY).default(60),
  /** It must be gone for so long. */
  keepFiringSeconds: seconds(0, DAY).default(120),
  /** After a message the next about the same alert comes so much later at the earliest. */
  cooldownSeconds: seconds(0, 7 * DAY).default(15 * 60),
  /** Nobody acknowledged it for so long: told again, as critical. 0: never. */
  escalateAfterSeconds: seconds(0, 7 * DAY).default(0),
  /** While one of these rules fires, this one is not told. */
  inhibitedBy: z.array(ruleName).max(10).default([]),
  isEnabled: z.boolean().default(true),
});

export type RuleDefinition = z.infer<typeof ruleDefinition>;

export interface AlertRule extends RuleDefinition {
  readonly name: string;
  /** `builtin`: of the platform; `changed`: of the platform, with words of people; `own`: of people. */
  readonly origin: 'builtin' | 'changed' | 'own';
  /** Label whose value names the channel, or its component, that must not carry the alert, for it says that this channel fails. */
  readonly exceptChannelOf?: string | undefined;
}
