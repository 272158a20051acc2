import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Notifications1796025780000 implements MigrationInterface {
  readonly name = 'Notifications1796025780000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SENDINGS);
    await runner.query(DELIVERIES);
    await runner.query(CHANNELS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE app.notification_channels');
    await runner.query('DROP TABLE app.notification_deliveries');
    await runner.query('DROP TABLE app.notification_sendings');
  }
}

/**
 * What was handed to a channel, or is to be: one mail, of one delivery or of several. `id` is in its Message-ID, so that
 * it is the same mail at every attempt. `due_at`: not before; while it is being sent: until then nobody else sends it.
 * `attempts`: [{at, outcome, code?, error?, milliseconds}].
 */
const SENDINGS = `
  CREATE TABLE app.notification_sendings (
    id          uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT notification_sendings_pkey PRIMARY KEY,
    channel     text NOT NULL,
    group_key   text NOT NULL,
    is_summary  boolean NOT NULL DEFAULT false,
    state       text NOT NULL DEFAULT 'queued'
                CONSTRAINT notification_sendings_state_check
                CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'dead')),
    attempt     integer NOT NULL DEFAULT 0,
    attempts    jsonb NOT NULL DEFAULT '[]',
    due_at      timestamptz NOT NULL DEFAULT now(),
    created_at  timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz
  );
  CREATE INDEX notification_sendings_open ON app.notification_sendings (channel, due_at) WHERE ended_at IS NULL;
  CREATE INDEX notification_sendings_by_time ON app.notification_sendings (channel, created_at);
  CREATE INDEX notification_sendings_dead ON app.notification_sendings (channel, ended_at) WHERE state = 'dead';
  CREATE INDEX notification_sendings_ended ON app.notification_sendings (ended_at) WHERE ended_at IS NOT NULL`;

/**
 * What somebody is to be told over one channel: once for a subject and what happened to it, whoever finds it out.
 * `due_at`: until then others of its group may join it.
 */
const DELIVERIES = `
  CREATE TABLE app.notification_deliveries (
    id           uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT notification_deliveries_pkey PRIMARY KEY,
    seq          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT notification_deliveries_seq_key UNIQUE,
    subject_key  text NOT NULL,
    transition   text NOT NULL,
    channel      text NOT NULL,
    group_key    text NOT NULL,
    content      jsonb NOT NULL,
    state        text NOT NULL DEFAULT 'queued'
                 CONSTRAINT notification_deliveries_state_check CHECK (state IN ('queued', 'sent', 'failed', 'dead')),
    sending_id   uuid CONSTRAINT notification_deliveries_sending_fkey
                 REFERENCES app.notification_sendings ON DELETE CASCADE,
    created_at   timestamptz NOT NULL DEFAULT now(),
    due_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT notification_deliveries_told_key UNIQUE (subject_key, transition, channel)
  );
  CREATE INDEX notification_deliveries_waiting ON app.notification_deliveries (channel, due_at)
    WHERE sending_id IS NULL;
  CREATE INDEX notification_deliveries_by_sending ON app.notification_deliveries (sending_id)`;

/** Channels that workers are configured with, and when one said so last: a server has no part of that configuration. */
const CHANNELS = `
  CREATE TABLE app.notification_channels (
    name     text NOT NULL CONSTRAINT notification_channels_pkey PRIMARY KEY,
    seen_at  timestamptz NOT NULL
  )`;
