import { mailServer, smtpPort, type EmailSpec, type StockAnalysisSpec } from '../api/index.ts';
import { ANNOTATION, contentHash, type Channel } from '../naming/index.ts';
import { contentAddressed } from './database-secrets.ts';
import { encodeData, type Manifest, type Target } from './manifest.ts';

type Channels = Readonly<Partial<Record<Channel, Readonly<Record<string, string>>>>>;

/** What the workers send notifications with. */
export interface Notifications {
  /** Those that are complete: one that is not would keep the workers from starting. */
  readonly channels: readonly Channel[];
  /** The derived Secret; absent where no channel needs one. */
  readonly secret?: Manifest;
  /** TCP ports that they are sent to. */
  readonly ports: readonly number[];
  /** Changes with what is sent with, and knows nothing of how it is derived. */
  readonly origin: string;
}

/** All values in one Secret, named by its content: a changed password is an ordinary rollout of the workers. */
export function notificationsOf(target: Target, channels: Channels): Notifications {
  const values = { ...channels.email, ...channels.webhook };
  const isNeeded = Object.keys(values).length > 0;
  const names = (['email', 'webhook'] as const).filter((name) => channels[name] !== undefined);
  return {
    channels: names,
    ...(isNeeded ? { secret: secretOf(target, values, channels) } : {}),
    ports: portsOf(target.spec, channels),
    origin: contentHash([names, values]),
  };
}

/** For which mail server it is stands beside the content: in it, it would give the Secrets of before, hence all workers, a new name. */
function secretOf(target: Target, values: Readonly<Record<string, string>>, { email }: Channels): Manifest {
  const body = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', data: encodeData(values) } as const;
  const secret = contentAddressed(target, 'notifications', body);
  const asked = target.spec.monitoring.notifications?.email;
  if (!asked || Object.keys(email ?? {}).length === 0) return secret;
  const annotations = { [ANNOTATION.mailServer]: mailServer(asked) };
  return { ...secret, metadata: { ...secret.metadata, annotations } };
}

function portsOf({ monitoring }: StockAnalysisSpec, channels: Channels): readonly number[] {
  const email = channels.email && monitoring.notifications?.email;
  const url = channels.webhook?.['webhook-url'];
  const ports = [email && smtpPort(email), url === undefined ? undefined : portOf(new URL(url))];
  return [...new Set(ports.filter((port) => port !== undefined))].toSorted((a, b) => a - b);
}

export const portOf = ({ port, protocol }: URL): number =>
  port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);

/** `monitoring.notifications` of config.yaml, as far as its channels are complete; undefined for none. */
export function notificationsConfig(
  { monitoring: { notifications = {} } }: StockAnalysisSpec,
  channels: readonly Channel[],
): Record<string, unknown> | undefined {
  const { email: mail, webhook: hook, ...bounds } = notifications;
  const email = channels.includes('email') ? mail : undefined;
  const webhook = channels.includes('webhook') ? hook : undefined;
  if (!email && !webhook) return undefined;
  return {
    ...(email ? { email: emailConfig(email) } : {}),
    ...(webhook ? { webhook: leastOf(webhook) } : {}),
    ...bounds,
  };
}

function emailConfig(email: EmailSpec): object {
  const { host, security, from, to } = email;
  return { host, port: smtpPort(email), security, from, to, ...leastOf(email) };
}

function leastOf({ minSeverity }: { readonly minSeverity?: string | undefined }): object {
  return minSeverity === undefined ? {} : { minSeverity };
}
