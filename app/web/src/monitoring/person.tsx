import { useLoaded } from '../forms/loaded.ts';
import { users } from '../accounts/routes.ts';
import { isAtLeast, user } from '../session.ts';

export type Names = ReadonlyMap<string, string>;

/** Who is who, for administrators: nobody else may see a list of users. */
export function useNames(): Names {
  const isAdmin = isAtLeast(user.value?.role ?? 'viewer', 'admin');
  const people = useLoaded(isAdmin ? 'names' : '', (signal) =>
    isAdmin ? users.names(signal) : Promise.resolve([]),
  );
  return new Map((people.value ?? []).map(({ id, username }) => [id, username]));
}

/** Somebody by name, else by the beginning of the id. */
export function personText(id: string, names: Names): string {
  if (id === user.value?.id) return '您';
  return names.get(id) ?? `用户 ${id.slice(0, 8)}`;
}
