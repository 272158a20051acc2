import { createHash } from 'node:crypto';
import type { Configuration } from '../common/configuration/configuration.ts';
import type { Channel, ChannelMessage, Receipt } from './channel.ts';
import type { Content } from './content.ts';

/** Which installation tells something: several may tell the same people. */
export interface Platform {
  /** As people call it, before what they are told; undefined: nobody has named it. */
  readonly title: string | undefined;
  /** As Prometheus names the object in its alerts. */
  readonly labels: Readonly<Record<string, string>>;
  /** Like that of no other installation. */
  readonly key: string;
}

/** What nobody named is known by its database, of which each installation has its own. */
export function platformOf({ platform, database }: Pick<Configuration, 'platform' | 'database'>): Platform {
  const { namespace, name } = platform;
  const words = [namespace, name].filter((word) => word !== undefined);
  return {
    title: words.length === 0 ? undefined : words.join('/'),
    labels: {
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { stockanalysis: name }),
    },
    key: words.length === 0 ? digest(placeOf(database)) : words.join('/'),
  };
}

/** A channel whose messages say which installation they are of. */
export class SigningChannel implements Channel {
  readonly name: string;
  readonly kind: Channel['kind'];
  readonly #channel: Channel;
  readonly #platform: Platform;

  constructor(channel: Channel, platform: Platform) {
    this.name = channel.name;
    this.kind = channel.kind;
    this.#channel = channel;
    this.#platform = platform;
  }

  send(message: ChannelMessage, signal: AbortSignal): Promise<Receipt> {
    const { title, key } = this.#platform;
    return this.#channel.send(
      {
        ...message,
        platform: title,
        groupKey: `${key}:${message.groupKey}`,
        items: message.items.map((one) => signed(one, this.#platform)),
      },
      signal,
    );
  }

  async check(signal: AbortSignal): Promise<void> {
    await this.#channel.check?.(signal);
  }
}

function signed(content: Content, platform: Platform): Content {
  if (content.kind === 'document') return content;
  return Object.assign({}, content, {
    labels: { ...content.labels, ...platform.labels },
    fingerprint: outwardFingerprint(platform, content.fingerprint),
  });
}

/** As a receiver knows an alert: the same one of another installation is another. */
export function outwardFingerprint({ key }: Pick<Platform, 'key'>, fingerprint: string): string {
  return digest(`${key}\n${fingerprint}`);
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

function placeOf(database: Configuration['database']): string {
  if (!('connectionString' in database)) return `${database.host}:${database.port}/${database.database}`;
  const { host, pathname } = new URL(database.connectionString);
  return host + pathname;
}
