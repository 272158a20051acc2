import { mailServer, type NotificationsSpec } from '../api/index.ts';
import { ANNOTATION, NOTIFICATION_KEYS, type Channel } from '../naming/index.ts';
import { secretValue } from './credentials.ts';
import type { Finding, LiveSecret } from './live.ts';

/** Values of one channel by key; empty for mail without login. */
export type ChannelValues = Readonly<Record<string, string>>;

/** What the workers get, and what is wrong with the rest. */
export interface NotificationAccess {
  readonly channels: Readonly<Partial<Record<Channel, ChannelValues>>>;
  readonly findings: readonly Finding[];
}

interface Source {
  readonly name: string;
  readonly secret: LiveSecret | undefined;
}

/** Files end with a line break that nobody typed. */
const withoutEnd = (text: string): string => text.replace(/[\r\n]+$/, '');

function valuesOf(channel: Channel, secret: LiveSecret | undefined): ChannelValues {
  const values = NOTIFICATION_KEYS[channel].map((key) => [key, secretValue(secret, key)] as const);
  return Object.fromEntries(
    values.flatMap(([key, value]) => (value === undefined ? [] : [[key, withoutEnd(value)]])),
  );
}

/** What a channel lacks; never a value. */
function problemOf(channel: Channel, values: ChannelValues): string | undefined {
  if (channel === 'webhook') {
    const url = values['webhook-url'];
    if (url === undefined) return 'lacks the key webhook-url';
    const isUsable = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
    return isUsable ? undefined : 'holds no http or https URL under webhook-url';
  }
  const [username, password] = [values['smtp-username'], values['smtp-password']];
  if (username === undefined && password !== undefined) return 'lacks the key smtp-username';
  if (username !== undefined && password === undefined) return 'lacks the key smtp-password';
  return Object.keys(values).length > 0
    ? undefined
    : `has none of the keys ${NOTIFICATION_KEYS.email.join(', ')}`;
}

/** @param kept what the workers use now: a Secret that was lost or broken takes no channel away that works */
function readChannel(
  channel: Channel,
  { name, secret }: Source,
  kept: LiveSecret | undefined,
): { readonly values?: ChannelValues; readonly finding?: Finding } {
  const values = valuesOf(channel, secret);
  const problem = secret ? problemOf(channel, values) : 'does not exist';
  if (problem === undefined) return { values };
  const before = valuesOf(channel, kept);
  const isKept = problemOf(channel, before) === undefined;
  const meanwhile = isKept
    ? 'the workers go on with what they had'
    : `nothing is sent by ${channel} until it is right`;
  const finding: Finding = {
    reason: secret ? 'SecretInvalid' : 'SecretMissing',
    message: `Secret ${name} named in spec.monitoring.notifications.${channel}.secretRef ${problem}; ${meanwhile}`,
  };
  return isKept ? { values: before, finding } : { finding };
}

/**
 * A login is kept for the server that it was given for: another one must not learn the password. What an earlier operator
 * derived does not say for which, until its Secret is read for the first time. The URL of a webhook is in the Secret itself.
 */
function isKeptFor(channel: Channel, { email }: NotificationsSpec, kept: LiveSecret | undefined): boolean {
  const server = kept?.metadata.annotations?.[ANNOTATION.mailServer];
  return channel !== 'email' || !email || server === undefined || server === mailServer(email);
}

/** What each channel that the spec asks for is sent with. `secret` looks one up by name. */
export function readNotifications(
  spec: NotificationsSpec | undefined,
  secret: (name: string) => LiveSecret | undefined,
  kept: LiveSecret | undefined,
): NotificationAccess {
  const channels: Partial<Record<Channel, ChannelValues>> = {};
  const findings: Finding[] = [];
  for (const channel of ['email', 'webhook'] as const) {
    const asked = spec?.[channel];
    if (!spec || !asked) continue;
    const name = asked.secretRef?.name;
    const before = isKeptFor(channel, spec, kept) ? kept : undefined;
    const read =
      name === undefined ? { values: {} } : readChannel(channel, { name, secret: secret(name) }, before);
    if (read.values) channels[channel] = read.values;
    if (read.finding) findings.push(read.finding);
  }
  return { channels, findings };
}

/** Names of the Secrets that the channels are sent with. */
export function notificationSecrets(spec: NotificationsSpec | undefined): readonly string[] {
  const names = [spec?.email?.secretRef?.name, spec?.webhook?.secretRef.name];
  return [...new Set(names.filter((name) => name !== undefined))];
}
