import { z } from 'zod';
import { LABEL } from '../../naming/index.ts';
import { describe, type ValidationRule } from './common.ts';
import { engineSchema, errorsSchema, historySchema, slowSchema } from './monitoring-settings.ts';
import { notificationsSchema } from './notifications.ts';
import { reportsSchema } from './reports.ts';
import { tracingSchema } from './tracing.ts';

const MOST_LABELS = 16;

const RESERVED_LABELS = [LABEL.name, LABEL.instance, LABEL.component, LABEL.managedBy, LABEL.partOf] as const;
const RESERVED_PREFIX = 'stockanalysis.dev/';
const QUALIFIED_NAME =
  /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

const labelRules: ValidationRule[] = [
  {
    rule: 'self.all(key, !format.qualifiedName().validate(key).hasValue())',
    message: 'keys of labels must be names such as release or example.org/team',
  },
  {
    rule: `self.all(key, !(key in [${RESERVED_LABELS.map((one) => `'${one}'`).join(', ')}]) && !key.startsWith('${RESERVED_PREFIX}'))`,
    message:
      'labels must leave app.kubernetes.io/{name,instance,component,managed-by,part-of} and stockanalysis.dev/ to the operator',
  },
];

const isFreeLabel = (key: string): boolean =>
  QUALIFIED_NAME.test(key) && !RESERVED_LABELS.some((one) => one === key) && !key.startsWith(RESERVED_PREFIX);

const labels = z
  .record(
    z.string().max(317),
    z
      .string()
      .max(63)
      .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/),
  )
  .refine((map) => Object.keys(map).every(isFreeLabel) && Object.keys(map).length <= MOST_LABELS, {
    message: labelRules.map(({ message }) => message).join('; '),
  })
  .meta({
    ...describe(
      'Labels on PrometheusRule and PodMonitor, by which a Prometheus selects what it reads, for example release: kube-prometheus-stack.',
      ...labelRules,
    ),
    maxProperties: MOST_LABELS,
  });

/** A share in percent below 100, as a text: a float would not be the number that somebody wrote. */
const share = (description: string, fallback: string) =>
  z
    .string()
    .max(6)
    .regex(/^[5-9][0-9](\.[0-9]{1,3})?$/)
    .default(fallback)
    .meta(describe(description));

/** Upper bounds of buckets of `http_request_duration_seconds`: between two of them nobody can tell how many were faster. */
const THRESHOLDS = [50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

const latency = z
  .object({
    thresholdMilliseconds: z
      .literal(THRESHOLDS)
      .default(500)
      .meta({
        ...describe('Within what time a request that reads counts as fast.'),
        type: 'integer',
        format: 'int32',
      }),
    objective: share('Which share of them shall be fast, in percent, for example "99".', '99'),
  })
  .prefault({})
  .meta(describe('How fast answers shall be.'));

const slo = z
  .object({
    availability: share(
      'Which share of requests shall not fail by the fault of the platform, in percent over 30 days, for example "99.9".',
      '99.9',
    ),
    latency,
  })
  .prefault({})
  .meta(describe('Objectives. Alerts fire when the budget of errors that they leave is used up too fast.'));

const urlRule: ValidationRule = {
  rule: "isURL(self) && url(self).getScheme() in ['http', 'https'] && !self.contains('?') && !self.contains('#')",
  message: 'runbookBaseURL must be an absolute http or https URL without query and fragment',
};

const runbookBaseURL = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[!-~]+$/)
  .refine((text) => /^https?:\/\/[^/]/i.test(text) && URL.canParse(text) && !/[?#]/.test(text), {
    message: urlRule.message ?? '',
  })
  .meta(
    describe(
      'Folder where you serve a copy of docs/runbooks: alerts link to its pages. Absent: they link to none.',
      urlRule,
    ),
  );

/** What watches the platform. Anything that needs prometheus-operator waits until the cluster has it. */
export const monitoringSchema = z
  .object({
    enabled: z
      .boolean()
      .default(true)
      .meta(
        describe(
          'Alert rules and dashboards, as objects of prometheus-operator where the cluster has it and as files in a ConfigMap otherwise. False removes them; notifications stay.',
        ),
      ),
    labels: labels.optional(),
    slo,
    dashboards: z
      .boolean()
      .default(true)
      .meta(describe('Dashboards in ConfigMaps with the label that the sidecar of Grafana looks for.')),
    runbookBaseURL: runbookBaseURL.optional(),
    notifications: notificationsSchema.optional(),
    reports: reportsSchema.optional(),
    tracing: tracingSchema.optional(),
    alerts: engineSchema.optional(),
    history: historySchema.optional(),
    slow: slowSchema.optional(),
    errors: errorsSchema.optional(),
  })
  .prefault({})
  .meta(describe('Alerts, objectives, dashboards, notifications, reports, traces, history and errors.'));
