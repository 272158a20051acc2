const SHOWN = `kind, name, fingerprint, created_at AS "createdAt", updated_at AS "updatedAt",
  last_used_at AS "lastUsedAt"`;

/** $1 user */
export const LIST = `SELECT ${SHOWN} FROM app.user_secrets WHERE user_id = $1 ORDER BY kind, name`;

/** $1 user: one change of a user's secrets at a time, so that their number and names hold. */
export const LOCK_USER = 'SELECT id FROM app.users WHERE id = $1 FOR NO KEY UPDATE';

/** $1 user */
export const COUNT = 'SELECT count(*)::int AS count FROM app.user_secrets WHERE user_id = $1';

/** $1 user, $2 kind, $3 name */
export const FIND = 'SELECT id, sealed FROM app.user_secrets WHERE user_id = $1 AND kind = $2 AND name = $3';

/** $1 id, $2 user, $3 kind, $4 name, $5 sealed value, $6 fingerprint. Another value has not been used yet. */
export const STORE = `
  INSERT INTO app.user_secrets (id, user_id, kind, name, sealed, fingerprint) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT ON CONSTRAINT user_secrets_pkey DO UPDATE
  SET sealed = excluded.sealed, fingerprint = excluded.fingerprint, updated_at = now(), last_used_at = NULL
  RETURNING ${SHOWN}`;

/** $1 user, $2 kind, $3 name */
export const REMOVE =
  'DELETE FROM app.user_secrets WHERE user_id = $1 AND kind = $2 AND name = $3 RETURNING id';

/** $1 id. To the minute: a secret may be used many times a second. */
export const MARK_USED = `
  UPDATE app.user_secrets SET last_used_at = now()
  WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`;
