import { isIP } from 'node:net';
import { z } from 'zod';
import { SEVERITIES } from '../severity.ts';
import { cron, timeZone } from './schedule-fields.ts';

/** One plain address of ASCII: it stands in an SMTP command and in a header, where a blank or a line break has a meaning. */
const MAIL_ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z\d.-]{1,253}$/i;
/** A name of DNS, or of a Service in the cluster. */
const HOST = /^[a-z\d]([a-z\d.-]{0,251}[a-z\d])?\.?$/i;

const mailAddress = z.string().regex(MAIL_ADDRESS, 'must be a mail address such as ops@example.com');
const host = z
  .string()
  .refine((name) => isIP(name) !== 0 || HOST.test(name), 'must be a host name or an IP address');
const between = (least: number, most: number, fallback: number) =>
  z.int().min(least).max(most).default(fallback);

const MOST_RECIPIENTS = 50;

const PORT_OF = { TLS: 465, StartTLS: 587, None: 25 } as const;

/** Alerts that are less urgent are not told over the channel; what is no alert always is. */
const minSeverity = z.enum(SEVERITIES).default('info');

const email = z
  .strictObject({
    host,
    port: z.int().min(1).max(65_535).optional(),
    /**
     * TLS: from the first byte. StartTLS: required, a server without it is refused. None: only to a server in a private
     * network, and without a password.
     */
    security: z.enum(['TLS', 'StartTLS', 'None']).default('StartTLS'),
    from: mailAddress,
    to: z.array(mailAddress).min(1).max(MOST_RECIPIENTS),
    minSeverity,
  })
  .transform(({ port, ...rest }) => ({
    ...rest,
    port: port ?? PORT_OF[rest.security],
  }));

const notifications = z.strictObject({
  /** Absent: no mail is sent. User, password and own authority are files of NOTIFICATIONS_DIR. */
  email: email.optional(),
  /** Present: to the URL in the file webhook-url of NOTIFICATIONS_DIR. */
  webhook: z.strictObject({ minSeverity }).optional(),
  /** What is more per channel in ten minutes becomes one message that counts it. */
  perTenMinutes: between(1, 1_000, 20),
  /** Deliveries are kept so long, in days. */
  keepDays: between(1, 3_650, 90),
});

function isFolder(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username + password === '' && !/[?#]/.test(text);
}

const alerts = z.strictObject({
  evaluationSeconds: between(5, 300, 15),
  /** What belongs together and begins within this time is told in one message. */
  groupSeconds: between(0, 600, 30),
  /** An alert that comes back sooner than this is recorded and not told again. */
  cooldownSeconds: between(0, 86_400, 300),
  /** A critical alert that nobody acknowledged is told again after this time; 0: never. */
  escalateMinutes: between(0, 1_440, 60),
  /** Alerts that ended are kept so long, in days. */
  keepDays: between(1, 3_650, 400),
  /** Folder of the pages of docs/runbooks; absent: messages link to none. */
  runbookBaseURL: z
    .string()
    .max(512)
    .refine(isFolder, 'must be http:// or https:// with a host, without a user, a query or a fragment')
    .transform((url) => (url.endsWith('/') ? url : `${url}/`))
    .optional(),
});

/** Whole days and weeks of `timeZone`, made when the schedules say so; `false`: none of that kind. */
const reports = z.strictObject({
  /** False: only when somebody asks for one. */
  enabled: z.boolean().default(true),
  daily: cron.or(z.literal(false)).default('0 8 * * *'),
  weekly: cron.or(z.literal(false)).default('0 8 * * 1'),
  timeZone: timeZone.default('Asia/Shanghai'),
  /** What availability is measured against, in percent. */
  availability: z.number().min(50).max(99.999).default(99.9),
  /** Reports are kept so long, in days. */
  keepDays: between(7, 3_650, 400),
});

/** Watching the platform; `spec.monitoring` of a StockAnalysis fills it in. */
export const monitoring = z
  .strictObject({
    history: z
      .strictObject({
        sampleSeconds: between(5, 300, 15),
        rawHours: between(1, 720, 48),
        fiveMinuteDays: between(1, 400, 30),
        hourDays: between(1, 3_650, 400),
      })
      .prefault({}),
    slow: z
      .strictObject({
        queryMilliseconds: between(1, 60_000, 500),
        routeMilliseconds: between(1, 60_000, 1_000),
        jobSeconds: between(1, 86_400, 60),
        eventLoopMilliseconds: between(10, 60_000, 200),
      })
      .prefault({}),
    errors: z
      .strictObject({
        /** What is resolved or ignored and has not come again for so long is forgotten, in days. */
        keepDays: between(1, 3_650, 90),
      })
      .prefault({}),
    alerts: alerts.prefault({}),
    notifications: notifications.prefault({}),
    reports: reports.prefault({}),
  })
  .prefault({});

export type MonitoringConfiguration = z.infer<typeof monitoring>;
export type NotificationsConfiguration = MonitoringConfiguration['notifications'];
export type EmailConfiguration = NonNullable<NotificationsConfiguration['email']>;
