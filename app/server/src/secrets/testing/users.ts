import type { Sql } from '../../database/sql.ts';

/** @returns the id of a new user who cannot log in */
export async function createUser(sql: Sql, username: string): Promise<string> {
  const [user] = await sql.query<{ id: string }>(
    `INSERT INTO app.users (username, display_name, role, password_hash) VALUES ($1, $1, 'viewer', '') RETURNING id`,
    [username],
  );
  if (user === undefined) throw new Error('the user was not made');
  return user.id;
}
