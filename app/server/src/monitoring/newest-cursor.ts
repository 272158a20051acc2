import { InvalidParameterError } from '../common/errors.ts';

/** Where a page that goes from new to old ends. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

/** Clients are to hand it back and not to make one. */
export function cursorOf({ at, id }: Position): string {
  return Buffer.from(`${at.toISOString()} ${id}`).toString('base64url');
}

/** @returns time and id, or nothing where no cursor was given. @throws InvalidParameterError for one that no answer gave */
export function positionOf(cursor: string | undefined): [at: string, id: string] | [] {
  if (cursor === undefined) return [];
  const [, at, id] =
    /^(\d{4}-[\dT:.-]{18}Z) ([\da-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (at === undefined || id === undefined || Number.isNaN(Date.parse(at)))
    throw new InvalidParameterError('cursor', 'must be the nextCursor of the answer before');
  return [at, id];
}
