import {
  DATABASE,
  LABEL,
  PORT,
  contentHash,
  contentName,
  postgresHost,
  type Family,
} from '../naming/index.ts';
import { encodeData, ownedMetadata, type Manifest, type Target } from './manifest.ts';

/** Everything that a pod needs to reach the database, one file per member. */
export interface DatabaseAccess {
  readonly host: string;
  readonly port: string;
  readonly name: string;
  readonly username: string;
  readonly password: string;
  /** PEM; absent where the system's own authorities are to be trusted. */
  readonly ca?: string;
}

/** Access to the built-in PostgreSQL with one of its login roles. */
export function builtInAccess(
  target: Pick<Target, 'name' | 'namespace'>,
  login: Login,
  ca: string,
): DatabaseAccess {
  const host = postgresHost(target.name, target.namespace);
  return { host, port: String(PORT.postgres), name: DATABASE.name, ...login, ca };
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

/**
 * What pods mount: derived, immutable and named by its content. A changed password is a new name, hence an ordinary
 * rollout, and no running pod ever sees half of a change.
 */
export function databaseSecret(
  target: Target,
  family: 'database-app' | 'database-migrator',
  access: DatabaseAccess,
): Manifest {
  const { ca, ...plain } = access;
  const data = encodeData({ ...plain, ...(ca === undefined ? {} : { 'ca.crt': ca }) });
  return contentAddressed(target, family, { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', data });
}

/** Gives a ConfigMap or Secret its content-addressed name and marks it immutable. */
export function contentAddressed(
  target: Target,
  family: Family,
  body: {
    readonly apiVersion: 'v1';
    readonly kind: 'ConfigMap' | 'Secret';
    readonly data: unknown;
    readonly type?: string;
  },
): Manifest {
  const name = contentName(target.name, family, contentHash(body.data));
  const metadata = ownedMetadata(target, name, 'configuration', { [LABEL.family]: family });
  return { ...body, metadata, immutable: true };
}
