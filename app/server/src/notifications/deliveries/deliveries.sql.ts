import type { Attempt } from './attempt.ts';
import { SLOT_MINUTES } from './plan.ts';

/**
 * $1 subject, $2 transition, $3 channel, $4 group, $5 content, $6 seconds for others of the group to come. Whoever comes
 * second finds it there.
 */
export const ENQUEUE = `
  INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content, due_at)
  VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
  ON CONFLICT ON CONSTRAINT notification_deliveries_told_key DO NOTHING RETURNING id`;

/** $1 channel: whoever makes its messages does so alone, or two would share a group or a slot. */
export const LOCK_CHANNEL = `SELECT pg_advisory_xact_lock(hashtext('notifications'), hashtext($1))`;

export const SLOT_TIME = `interval '${SLOT_MINUTES} minutes'`;
/** Of a row of notification_sendings. A message that another one took the place of was never told, and takes no slot. */
export const TAKES_SLOT = `created_at > now() - ${SLOT_TIME} AND state <> 'superseded'`;

/** $1 channel */
export const MADE_LATELY = `SELECT id FROM app.notification_sendings WHERE channel = $1 AND ${TAKES_SLOT}`;

export interface WaitingRow {
  readonly id: string;
  readonly groupKey: string;
  /** Fingerprint of an alert; null of all else. */
  readonly fingerprint: string | null;
  readonly severity: string | null;
  readonly isDue: boolean;
  readonly isLate: boolean;
}

/** $1 channel, $2: at most. In the order in which it happened. */
export const WAITING = `
  SELECT id, group_key AS "groupKey", content->>'fingerprint' AS fingerprint,
         content->'labels'->>'severity' AS severity, due_at <= now() AS "isDue",
         due_at <= now() - ${SLOT_TIME} AS "isLate"
    FROM app.notification_deliveries WHERE channel = $1 AND sending_id IS NULL ORDER BY seq LIMIT $2`;

export interface OpenRow {
  readonly id: string;
  readonly groupKey: string;
  /** Somebody is handing it over at this moment. */
  readonly isSending: boolean;
}

/** $1 channel. Messages that are made and not over, with each group that they tell of. */
export const OPEN = `
  SELECT DISTINCT made.id, told.group_key AS "groupKey", made.state = 'sending' AS "isSending"
    FROM app.notification_sendings AS made JOIN app.notification_deliveries AS told ON told.sending_id = made.id
   WHERE made.channel = $1 AND made.ended_at IS NULL`;

export interface FreedRow {
  readonly id: string;
  /** The message that held it, and the attempts at that. */
  readonly messageId: string;
  readonly attempts: readonly Attempt[];
}

/** $1 messages that nobody is sending at this moment: what they hold waits again. What is being sent by now stays as it is. */
export const DISSOLVE = `
  WITH dissolved AS (
    UPDATE app.notification_sendings SET state = 'superseded', ended_at = now()
     WHERE id = ANY($1::uuid[]) AND state IN ('queued', 'failed') RETURNING id, attempts
  )
  UPDATE app.notification_deliveries SET sending_id = NULL, state = 'queued' FROM dissolved
   WHERE sending_id = dissolved.id AND notification_deliveries.state <> 'superseded'
  RETURNING notification_deliveries.id, dissolved.id AS "messageId", dissolved.attempts`;

/**
 * $1 channel, $2 and $3 subjects and transitions that stand. What was given up of them waits again: half an hour later, or at
 * once where the channel has taken something since, or has come back after a day. What the other side refused for what it
 * holds, it refused soon, and would again. A message of which nothing is left is superseded.
 */
export const TELL_AGAIN = `
  WITH given_up AS (
    SELECT id, attempts FROM app.notification_sendings
     WHERE channel = $1 AND state = 'dead' AND (attempt = 0 OR (
       ended_at - created_at > interval '30 minutes' AND (ended_at < now() - interval '30 minutes' OR ended_at <
         (SELECT ended_at FROM app.notification_sendings WHERE channel = $1 AND state = 'sent'
           ORDER BY created_at DESC LIMIT 1))))
  ), again AS (
    UPDATE app.notification_deliveries AS told SET sending_id = NULL, state = 'queued', due_at = now() FROM given_up
     WHERE told.sending_id = given_up.id AND told.channel = $1 AND told.state = 'dead'
       AND (told.subject_key, told.transition) IN (SELECT * FROM unnest($2::text[], $3::text[]))
    RETURNING told.id, given_up.id AS message_id, given_up.attempts
  ), emptied AS (
    UPDATE app.notification_sendings AS empty SET state = 'superseded'
     WHERE empty.id IN (SELECT message_id FROM again) AND empty.state = 'dead'
       AND NOT EXISTS (SELECT FROM app.notification_deliveries AS rest
                        WHERE rest.sending_id = empty.id AND rest.state = 'dead'
                          AND rest.id NOT IN (SELECT id FROM again))
  )
  SELECT id, message_id AS "messageId", attempts FROM again`;

/**
 * $1 channel, $2 group, $3 whether it is a summary, $4 ids of the deliveries in it, $5 of those that one in it overtook,
 * $6 attempts at messages whose place it takes
 */
export const MAKE_SENDING = `
  WITH made AS (
    INSERT INTO app.notification_sendings (channel, group_key, is_summary, attempts) VALUES ($1, $2, $3, $6) RETURNING id
  )
  UPDATE app.notification_deliveries
     SET sending_id = made.id,
         state = CASE WHEN notification_deliveries.id = ANY($5::uuid[]) THEN 'superseded'
                      ELSE notification_deliveries.state END
    FROM made
   WHERE sending_id IS NULL
     AND (notification_deliveries.id = ANY($4::uuid[]) OR notification_deliveries.id = ANY($5::uuid[]))`;

export interface ClaimedRow {
  readonly id: string;
  readonly groupKey: string;
  readonly isSummary: boolean;
  readonly attempt: number;
  readonly createdAt: Date;
}

/** $1 channel, $2 seconds in which nobody else sends it. Nothing while the other side wants to be left alone. */
export const CLAIM = `
  UPDATE app.notification_sendings
     SET state = 'sending', attempt = attempt + 1, due_at = now() + make_interval(secs => $2)
   WHERE id = (SELECT id FROM app.notification_sendings
                WHERE channel = $1 AND ended_at IS NULL AND due_at <= now()
                  AND NOT EXISTS (SELECT FROM app.notification_channels WHERE name = $1 AND not_before > now())
                ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING id, group_key AS "groupKey", is_summary AS "isSummary", attempt, created_at AS "createdAt"`;

export interface ItemRow {
  readonly content: unknown;
  readonly count: number;
}

/** $1 sending, $2: at most. The worst first, then the oldest; `count`: of all. */
export const ITEMS = `
  SELECT content, count(*) OVER ()::int AS count FROM app.notification_deliveries
   WHERE sending_id = $1 AND state <> 'superseded'
   ORDER BY array_position(ARRAY['critical', 'warning', 'info'], content->'labels'->>'severity') NULLS LAST, seq
   LIMIT $2`;

/** $1 sending. As the last says that was told of its group, or is told now: one that is tried again may not be the last. */
export const GROUP_STATUS = `
  SELECT told.content->>'groupStatus' AS "groupStatus"
    FROM app.notification_deliveries AS told JOIN app.notification_sendings AS made
      ON made.channel = told.channel AND made.group_key = told.group_key
   WHERE made.id = $1 AND (told.state = 'sent' OR (told.sending_id = made.id AND told.state <> 'superseded'))
   ORDER BY told.seq DESC LIMIT 1`;

/** $1 sending, $2 the attempt. A message that was taken is sent, whoever else may be at it. */
export const MARK_SENT = `
  WITH ended AS (
    UPDATE app.notification_sendings SET state = 'sent', ended_at = now(), attempts = attempts || $2::jsonb
     WHERE id = $1 AND state <> 'sent' RETURNING id
  )
  UPDATE app.notification_deliveries SET state = 'sent' FROM ended
   WHERE sending_id = ended.id AND notification_deliveries.state <> 'superseded'`;

/** $1 sending, $2 the attempt, $3 its number, $4 seconds until the next. Nothing where somebody else took over. */
export const MARK_FAILED = `
  WITH failed AS (
    UPDATE app.notification_sendings
       SET state = 'failed', due_at = now() + make_interval(secs => $4), attempts = attempts || $2::jsonb
     WHERE id = $1 AND state = 'sending' AND attempt = $3 RETURNING id
  )
  UPDATE app.notification_deliveries SET state = 'failed' FROM failed
   WHERE sending_id = failed.id AND notification_deliveries.state <> 'superseded'`;

/** $1 channel, $2 seconds. News of another group are no reason to ask sooner. */
export const LEAVE_ALONE = `
  INSERT INTO app.notification_channels AS known (name, seen_at, not_before)
  VALUES ($1, now(), now() + make_interval(secs => $2))
  ON CONFLICT ON CONSTRAINT notification_channels_pkey
  DO UPDATE SET not_before = greatest(known.not_before, excluded.not_before)`;

/** $1 sending, $2 the attempt, $3 its number */
export const MARK_DEAD = `
  WITH dead AS (
    UPDATE app.notification_sendings SET state = 'dead', ended_at = now(), attempts = attempts || $2::jsonb
     WHERE id = $1 AND state = 'sending' AND attempt = $3 RETURNING id
  )
  UPDATE app.notification_deliveries SET state = 'dead' FROM dead
   WHERE sending_id = dead.id AND notification_deliveries.state <> 'superseded'`;

/**
 * $1 subject, $2 transition, $3 channel, $4 group, $5 content, $6 id of the message, $7 the attempt. What was sent without
 * the database is told as sent, also where it waits already.
 */
export const RECORD_SENT = `
  WITH made AS (
    INSERT INTO app.notification_sendings (id, channel, group_key, state, attempt, attempts, ended_at)
    VALUES ($6, $3, $4, 'sent', 1, $7, now()) ON CONFLICT DO NOTHING RETURNING id
  )
  INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content, state, sending_id)
  SELECT $1, $2, $3, $4, $5, 'sent', id FROM made
  ON CONFLICT ON CONSTRAINT notification_deliveries_told_key
  DO UPDATE SET state = 'sent', sending_id = excluded.sending_id WHERE notification_deliveries.sending_id IS NULL`;

/** $1 subject, $2 transition, $3 channel, $4 group, $5 content, $6 id of the message that was sent in its place */
export const RECORD_SUPERSEDED = `
  INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content, state, sending_id)
  SELECT $1, $2, $3, $4, $5, 'superseded', id FROM app.notification_sendings WHERE id = $6
  ON CONFLICT ON CONSTRAINT notification_deliveries_told_key
  DO UPDATE SET state = 'superseded', sending_id = excluded.sending_id WHERE notification_deliveries.sending_id IS NULL`;

/**
 * $1 the attempt. What has been due for a day is told to nobody any more: its channel is gone, and when it comes back the news
 * are none. A delivery goes with a message, so what waits for one gets one.
 */
export const EXPIRE = `
  WITH late AS (
    UPDATE app.notification_sendings SET state = 'dead', ended_at = now(), attempts = attempts || $1::jsonb
     WHERE ended_at IS NULL AND due_at < now() - interval '1 day' RETURNING id
  ), told AS (
    UPDATE app.notification_deliveries SET state = 'dead' FROM late
     WHERE sending_id = late.id AND notification_deliveries.state <> 'superseded'
  ), made AS (
    INSERT INTO app.notification_sendings (channel, group_key, state, attempts, ended_at)
    SELECT channel, 'expired', 'dead', $1, now() FROM app.notification_deliveries
     WHERE sending_id IS NULL AND due_at < now() - interval '1 day' GROUP BY channel
    RETURNING id, channel
  )
  UPDATE app.notification_deliveries SET state = 'dead', sending_id = made.id FROM made
   WHERE notification_deliveries.channel = made.channel AND sending_id IS NULL AND due_at < now() - interval '1 day'`;

/** $1 days, $2: at most. Deliveries go with what they were sent in. */
export const FORGET = `
  DELETE FROM app.notification_sendings WHERE id = ANY(ARRAY(
    SELECT id FROM app.notification_sendings WHERE ended_at < now() - make_interval(days => $1) ORDER BY ended_at LIMIT $2
  )) RETURNING id`;
