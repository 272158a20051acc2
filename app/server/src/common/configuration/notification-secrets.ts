import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from './errors.ts';
import type { NotificationsConfiguration } from './monitoring-schema.ts';

/** What the files of NOTIFICATIONS_DIR hold for the channels that config.yaml asks for. */
export interface NotificationSecrets {
  readonly smtp: {
    /** Absent: the server is used without logging in. */
    readonly login: { readonly username: string; readonly password: string } | undefined;
    /** Authorities, in PEM, to trust instead of the well-known ones. */
    readonly ca: string | undefined;
  };
  readonly webhook: { readonly url: string; readonly secret: string | undefined } | undefined;
}

/** A file of the folder without the line break that editors add; undefined where there is none. */
function reader(directory: string, issues: string[]): (name: string) => string | undefined {
  return (name) => {
    const path = join(directory, name);
    if (!existsSync(path)) return undefined;
    try {
      const value = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
      if (value !== '') return value;
      issues.push(`NOTIFICATIONS_DIR: the file ${name} in ${directory} is empty`);
    } catch (error) {
      issues.push(`NOTIFICATIONS_DIR: cannot read the file ${name}: ${messageOf(error)}`);
    }
    return '';
  };
}

type Read = ReturnType<typeof reader>;

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== '';
  } catch {
    return false;
  }
}

function smtpOf(
  { security }: NonNullable<NotificationsConfiguration['email']>,
  read: Read,
  issues: string[],
): NotificationSecrets['smtp'] {
  const [username, password, ca] = [read('smtp-username'), read('smtp-password'), read('smtp-ca.crt')];
  if ((username === undefined) !== (password === undefined))
    issues.push('NOTIFICATIONS_DIR: smtp-username and smtp-password belong together; give both or neither');
  if (username !== undefined && security === 'None')
    issues.push(
      'NOTIFICATIONS_DIR: smtp-username is never sent without TLS; set security to StartTLS or TLS',
    );
  if (ca !== undefined && ca !== '' && !isCertificate(ca))
    issues.push('NOTIFICATIONS_DIR: smtp-ca.crt holds no certificate in PEM');
  return {
    login: username === undefined || password === undefined ? undefined : { username, password },
    ca,
  };
}

function isWebhookUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
}

/** Without a secret what is sent is not signed. */
function webhookOf(read: Read, issues: string[]): NotificationSecrets['webhook'] {
  const [url, secret] = [read('webhook-url'), read('webhook-secret')];
  if (url === undefined) issues.push('NOTIFICATIONS_DIR: the webhook needs the file webhook-url');
  else if (url !== '' && !isWebhookUrl(url))
    issues.push('NOTIFICATIONS_DIR: webhook-url must be http:// or https:// with a host, without a user');
  return url === undefined ? undefined : { url, secret };
}

/** Reads no file that no channel needs. Issues name files and never what is in them. */
export function notificationSecretsOf(
  { email, webhook }: NotificationsConfiguration,
  directory: string | undefined,
  issues: string[],
): NotificationSecrets {
  if (directory === undefined && webhook !== undefined)
    issues.push('NOTIFICATIONS_DIR must name the folder of webhook-url');
  const read: Read = directory === undefined ? () => undefined : reader(directory, issues);
  return {
    smtp: email === undefined ? { login: undefined, ca: undefined } : smtpOf(email, read, issues),
    webhook: webhook === undefined || directory === undefined ? undefined : webhookOf(read, issues),
  };
}

/** What must never be written. Of a URL all that stands behind the host may be a credential. */
export function secretsAmong({ smtp, webhook }: NotificationSecrets): string[] {
  const url = webhook === undefined ? undefined : new URL(webhook.url);
  const behindHost =
    url === undefined || url.pathname + url.search === '/' ? undefined : url.pathname + url.search;
  return [smtp.login?.password, webhook?.secret, behindHost].filter((secret) => secret !== undefined);
}
