import type { Configuration } from './configuration.ts';
import type { Keyrings } from './keyrings.ts';

/** The keyrings of a server. @throws Error in a process that has none */
export function keyringsOf({ role, keyrings }: Configuration): Keyrings {
  if (keyrings === undefined) throw new Error(`the ${role} has no keyrings`);
  return keyrings;
}
