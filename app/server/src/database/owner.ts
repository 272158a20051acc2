import type { ClientBase } from 'pg';

const OWNER = 'app_owner';

/** Works as app_owner where that role exists and we may take it on; otherwise we own what we create ourselves. */
export async function becomeOwner(session: ClientBase): Promise<void> {
  const { rows } = await session.query<{ member: boolean }>(
    `SELECT pg_has_role(current_user, oid, 'MEMBER') AS member FROM pg_roles WHERE rolname = $1`,
    [OWNER],
  );
  if (rows[0]?.member === true) await session.query(`SET ROLE ${OWNER}`);
}
