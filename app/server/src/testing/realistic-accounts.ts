import type { ClientBase } from 'pg';

/** Some hundred people, each with years of sessions, some keys and secrets, and what they did. */
const ROWS: readonly string[] = [
  `INSERT INTO app.users (username, display_name, role, password_hash)
   SELECT 'person-' || n, 'N', CASE WHEN n % 50 = 0 THEN 'admin' ELSE 'viewer' END,
          'pbkdf2-sha256$1000$' || repeat('A', 22) || '$' || repeat('A', 43) FROM generate_series(1, 500) AS n`,
  `INSERT INTO app.sessions (user_id, token_sha256, created_at, last_seen_at, expires_at, stepped_up_at, address)
   SELECT id, sha256(convert_to(id::text || n, 'UTF8')), at, at, at + interval '7 days', at, '192.0.2.1'
     FROM app.users, generate_series(1, 40) AS n, LATERAL (SELECT now() - n * interval '5 hours' AS at) AS times`,
  `INSERT INTO app.api_keys (user_id, public_id, name, scopes, created_at)
   SELECT id, left(md5(id::text || n), 16), 'N', '{market:read}', now() FROM app.users, generate_series(1, 10) AS n`,
  `INSERT INTO app.api_key_secrets (key_id, secret_hmac, pepper_kid, created_at)
   SELECT id, sha256(convert_to(public_id, 'UTF8')), 'test', now() FROM app.api_keys`,
  `INSERT INTO app.recovery_codes (user_id, code_hmac, pepper_kid)
   SELECT id, sha256(convert_to(id::text || n, 'UTF8')), 'test' FROM app.users, generate_series(1, 10) AS n`,
  `INSERT INTO app.user_secrets (id, user_id, kind, name, sealed, fingerprint)
   SELECT gen_random_uuid(), id, 'ai-api-key', 'n' || n, 'v1.test.a.b', 'test.x' FROM app.users, generate_series(1, 10) AS n`,
  `INSERT INTO app.login_failures (subject, failures, last_failed_at)
   SELECT 'address:' || n, 1, now() FROM generate_series(1, 5000) AS n`,
  `INSERT INTO app.audit_log (record)
   SELECT json_build_object('action', 'session.login', 'outcome', 'success', 'actor', json_build_object('kind', 'session', 'id', id),
                            'object', json_build_object('kind', 'session', 'id', id))::text
     FROM app.users, generate_series(1, 10) AS n`,
];

/** @param owner a session that may write and analyse everything */
export async function fillAccounts(owner: ClientBase): Promise<void> {
  for (const statement of ROWS) await owner.query(statement);
  await owner.query('ANALYZE');
}
