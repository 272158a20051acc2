import type { Place } from './envelope.ts';

/** Every column of sealed values: what is not listed here would not survive the rotation of its key. */
export const SEALED_COLUMNS = [
  { table: 'user_secrets', column: 'sealed' },
  { table: 'users', column: 'totp_secret' },
] as const;

export type SealedColumn = (typeof SEALED_COLUMNS)[number];

/** Where a sealed value stands; `id` is the primary key of the row. */
export type SealedPlace = SealedColumn & Pick<Place, 'id'>;
