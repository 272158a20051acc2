import type { DeliveryAttempt, DeliveryState } from './deliveries.dto.ts';

export interface DeliveryRow {
  readonly seq: string;
  readonly id: string;
  readonly channel: string;
  readonly state: DeliveryState;
  readonly subject: string;
  readonly transition: string;
  readonly title: string;
  readonly createdAt: Date;
  readonly messageId: string | null;
  readonly attempts: readonly DeliveryAttempt[];
  readonly nextAttemptAt: Date | null;
}

const SHOWN = `
  SELECT d.seq, d.id, d.channel, d.state, d.subject_key AS subject, d.transition,
    coalesce(d.content->'annotations'->>'summary', d.content->'labels'->>'alertname', d.content->>'title', '') AS title,
    d.created_at AS "createdAt", d.sending_id AS "messageId", coalesce(s.attempts, '[]') AS attempts,
    CASE WHEN s.state IN ('queued', 'failed') AND d.state <> 'superseded' THEN s.due_at END AS "nextAttemptAt"
  FROM app.notification_deliveries d LEFT JOIN app.notification_sendings s ON s.id = d.sending_id`;

/** $1 channel, $2 state, $3 subject, $4 before this number; each null or what is asked for. $5: how many. */
export const PAGE = `${SHOWN}
  WHERE ($1::text IS NULL OR d.channel = $1) AND ($2::text IS NULL OR d.state = $2)
    AND ($3::text IS NULL OR d.subject_key = $3) AND ($4::bigint IS NULL OR d.seq < $4)
  ORDER BY d.seq DESC LIMIT $5`;

/** $1 id */
export const FIND = `${SHOWN} WHERE d.id = $1`;

/**
 * $1 delivery. Of its message, what a later delivery about the same alert says anew: told now it would be the last word, and
 * untrue.
 */
export const LEAVE_OUT = `
  UPDATE app.notification_deliveries AS given_up SET state = 'superseded'
   WHERE given_up.sending_id = (SELECT sending_id FROM app.notification_deliveries WHERE id = $1)
     AND given_up.state = 'dead'
     AND EXISTS (SELECT FROM app.notification_deliveries AS later
                  WHERE later.channel = given_up.channel AND later.group_key = given_up.group_key
                    AND later.seq > given_up.seq AND later.content->>'fingerprint' = given_up.content->>'fingerprint')
  RETURNING given_up.id`;

/** $1 delivery. Its message, with all that is in it, has all its attempts anew; it stays the same message. */
export const RETRY = `
  WITH again AS (
    UPDATE app.notification_sendings SET state = 'queued', attempt = 0, due_at = now(), ended_at = NULL
     WHERE id = (SELECT sending_id FROM app.notification_deliveries WHERE id = $1 AND state = 'dead') AND state = 'dead'
    RETURNING id
  )
  UPDATE app.notification_deliveries SET state = 'queued' FROM again
   WHERE sending_id = again.id AND notification_deliveries.state = 'dead'
  RETURNING notification_deliveries.id`;
