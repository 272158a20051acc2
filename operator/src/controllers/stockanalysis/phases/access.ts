import { contentHash } from '../../../naming/index.ts';
import { readExternal } from '../../../policies/index.ts';
import {
  CREDENTIAL_ROLE,
  applicationConfig,
  bootstrapTokenSecret,
  builtInAccess,
  databaseSecret,
  type DatabaseAccess,
} from '../../../resources/index.ts';
import { holds } from '../status.ts';
import { ChildError } from '../child-errors.ts';
import type { Credentials } from './credentials.ts';
import type { Outcome, Pass } from './phase.ts';
import { kinds } from '../types.ts';

/** Names of the content-addressed objects that the pods of this pass mount. */
export interface Access {
  readonly configMap: string;
  readonly appSecret: string;
  readonly migratorSecret: string;
  readonly bootstrapSecret: string;
  /** Hash of what the access of the application was derived from. It knows nothing of how it is derived, see `Asked`. */
  readonly origin: string;
  /** The same of the bootstrap token. */
  readonly bootstrapOrigin: string;
}

/** Derives what the application's pods mount: configuration, and database access for both of its roles. */
export async function accessPhase(pass: Pass, credentials: Credentials): Promise<Outcome<Access>> {
  const { target, writer } = pass;
  const access =
    target.spec.database.mode === 'External' ? await externalAccess(pass) : ownAccess(pass, credentials);
  const config = applicationConfig(target);
  const app = databaseSecret(target, 'database-app', access.app);
  const migrator = databaseSecret(target, 'database-migrator', access.migrator);
  const token = credentials.value('bootstrap', 'token');
  const bootstrap = bootstrapTokenSecret(target, token);
  await writer.ensure(kinds.configMaps, config);
  await writer.ensure(kinds.secrets, app);
  await writer.ensure(kinds.secrets, migrator);
  await writer.ensure(kinds.secrets, bootstrap);
  const output = {
    configMap: config.metadata.name,
    appSecret: app.metadata.name,
    migratorSecret: migrator.metadata.name,
    bootstrapSecret: bootstrap.metadata.name,
    origin: access.origin,
    bootstrapOrigin: contentHash(token),
  };
  return { verdict: holds('Configuration is in place'), output };
}

interface BothAccesses {
  readonly app: DatabaseAccess;
  readonly migrator: DatabaseAccess;
  readonly origin: string;
}

function ownAccess(pass: Pass, credentials: Credentials): BothAccesses {
  const ca = credentials.value('databaseTLS', 'ca.crt');
  const access = (purpose: 'databaseApp' | 'databaseMigrator'): DatabaseAccess =>
    builtInAccess(
      pass.target,
      { username: CREDENTIAL_ROLE[purpose], password: credentials.value(purpose, 'password') },
      ca,
    );
  const origin = contentHash([credentials.value('databaseApp', 'password'), ca]);
  return { app: access('databaseApp'), migrator: access('databaseMigrator'), origin };
}

async function externalAccess(pass: Pass): Promise<BothAccesses> {
  const name = pass.target.spec.database.external?.secretRef.name ?? '';
  const ref = { namespace: pass.target.namespace, name };
  const { externalSecrets } = pass.dependencies;
  const secret = await externalSecrets.read(ref, pass.visit.signal);
  const external = readExternal(name, secret);
  if ('reason' in external) throw new ChildError(external);
  const { app, migrator, ...where } = external;
  const origin = contentHash(secret?.data);
  return { app: { ...where, ...app }, migrator: { ...where, ...migrator }, origin };
}
