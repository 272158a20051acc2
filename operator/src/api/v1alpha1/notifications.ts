import { isIP } from 'node:net';
import { z } from 'zod';
import { describe, objectName, type ValidationRule } from './common.ts';
import { keepDays, perTenMinutes } from './monitoring-settings.ts';

const MOST_RECIPIENTS = 50;

/** One plain address, as the application takes it: it stands in an SMTP command and in a header. */
const mailAddress = (description: string) =>
  z
    .string()
    .max(318)
    .regex(/^[A-Za-z0-9_.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}$/)
    .meta(describe(description));

const HOST_PATTERN = '^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?[.]?$';

const hostRule: ValidationRule = {
  rule: `isIP(self) || self.matches('${HOST_PATTERN}')`,
  message: 'email.host must be a host name or an IP address',
};

const host = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9.:-]+$/)
  .refine((name) => isIP(name) !== 0 || new RegExp(HOST_PATTERN).test(name), {
    message: hostRule.message ?? '',
  })
  .meta(describe('SMTP server: a host name or an address.', hostRule));

const PORT_OF = { TLS: 465, StartTLS: 587, None: 25 } as const;

const inTheClear: ValidationRule = {
  rule: "self.security != 'None' || !has(self.secretRef)",
  message: 'email.secretRef needs security TLS or StartTLS: a password would travel in the clear',
  fieldPath: '.secretRef',
  reason: 'FieldValueForbidden',
};

const reference = (description: string) =>
  z.object({ name: objectName(description) }).meta(describe('Refers to a Secret in the same namespace.'));

/** Absent leaves it to the application: an object of before keeps its config.yaml, so that its workers are not restarted. */
const minSeverity = z
  .enum(['info', 'warning', 'critical'])
  .meta(
    describe(
      'Alerts that are less urgent are not told over this channel; absent: all are. Reports and tests are no alerts.',
    ),
  )
  .optional();

const email = z
  .object({
    host,
    port: z
      .int()
      .min(1)
      .max(65_535)
      .meta({
        ...describe('Port of the SMTP server; absent: 465 with TLS, 587 with StartTLS, 25 with None.'),
        format: 'int32',
      })
      .optional(),
    security: z
      .enum(['TLS', 'StartTLS', 'None'])
      .default('StartTLS')
      .meta(
        describe(
          'TLS: from the first byte. StartTLS: required, a server without it is refused. None: for a server in a private network, without a password.',
        ),
      ),
    from: mailAddress('Sender, one plain address.'),
    to: z
      .array(mailAddress('One plain address.'))
      .min(1)
      .max(MOST_RECIPIENTS)
      .meta({ ...describe('Recipients.'), 'x-kubernetes-list-type': 'set' }),
    minSeverity,
    secretRef: reference(
      'Secret with the keys smtp-username and smtp-password, and smtp-ca.crt where the server has a certificate of a private authority. Absent: no login.',
    ).optional(),
  })
  .refine(({ security, secretRef }) => security !== 'None' || secretRef === undefined, {
    message: inTheClear.message ?? '',
    path: ['secretRef'],
  })
  .meta(describe('Alerts and reports by mail.', inTheClear));

const webhook = z
  .object({
    secretRef: reference(
      'Secret with the key webhook-url, and webhook-secret where the receiver checks signatures.',
    ),
    minSeverity,
  })
  .meta(describe('Alerts as signed JSON to a URL, which stays secret: many carry a token.'));

/** Where the application tells of alerts; the workers send. */
export const notificationsSchema = z
  .object({ email: email.optional(), webhook: webhook.optional(), perTenMinutes, keepDays })
  .meta(describe('Where the application itself tells of alerts, with or without a Prometheus.'));

export type NotificationsSpec = z.output<typeof notificationsSchema>;
export type EmailSpec = z.output<typeof email>;

/** The port in use: the one that the spec names, else the usual one. */
export const smtpPort = ({ port, security }: EmailSpec): number => port ?? PORT_OF[security];

/** Whom a login is for, `host:port`. */
export const mailServer = (spec: EmailSpec): string => `${spec.host.toLowerCase()}:${smtpPort(spec)}`;
