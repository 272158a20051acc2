import { Inject, Injectable } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import type { NotificationChannelName } from '../database/job-queue.ts';
import type { Sql } from '../database/sql.ts';
import { channelNames } from './channels.ts';

/** $1 names */
export const ANNOUNCE = `
  INSERT INTO app.notification_channels (name, seen_at) SELECT name, now() FROM unnest($1::text[]) AS name
  ON CONFLICT ON CONSTRAINT notification_channels_pkey DO UPDATE SET seen_at = excluded.seen_at`;

/** Workers say so each quarter of a minute; one that is being replaced is silent for some minutes. */
const ANNOUNCED = `
  SELECT name FROM app.notification_channels WHERE seen_at > now() - interval '10 minutes' ORDER BY name`;

/**
 * Which channels there are. Only workers are told by their configuration, as only they have the secrets; a server knows
 * what they announce.
 */
@Injectable()
export class AnnouncedChannels {
  constructor(@Inject(CONFIGURATION) private readonly configuration: Configuration) {}

  /** Of a worker. */
  async announce(sql: Sql): Promise<void> {
    await sql.query(ANNOUNCE, [channelNames(this.configuration.monitoring)]);
  }

  async names(sql: Sql): Promise<readonly NotificationChannelName[]> {
    if (this.configuration.role === 'worker') return channelNames(this.configuration.monitoring);
    const rows = await sql.query<{ name: NotificationChannelName }>(ANNOUNCED);
    return rows.map(({ name }) => name);
  }
}
