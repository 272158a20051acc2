import type { CredentialNumbers, StockAnalysis } from '../../api/index.ts';
import {
  CREDENTIAL_PURPOSES,
  credentialName,
  postgresName,
  serverName,
  type CredentialPurpose,
} from '../../naming/index.ts';
import {
  RENEWAL_COSTS,
  isRenewable,
  mountedNames,
  renewedKeys,
  type RenewablePurpose,
} from '../../policies/index.ts';
import { holds, type Verdict } from './status.ts';
import { kinds, type Dependencies, type Visit } from './types.ts';

/**
 * The numbers, with the next one for each Secret that somebody deleted and that locks no data: it is made anew, and the
 * new name has its users roll. Deleting one is therefore how a key that leaked is revoked.
 */
export async function renewLost(
  object: StockAnalysis,
  numbers: CredentialNumbers,
  dependencies: Dependencies,
  visit: Visit,
): Promise<CredentialNumbers> {
  const renewed = { ...numbers };
  for (const purpose of CREDENTIAL_PURPOSES.filter(isRenewable)) {
    const number = numbers[purpose];
    if (number === undefined || !(await isLost(object, purpose, number, dependencies, visit))) continue;
    renewed[purpose] = number + 1;
    announceRenewal(object, purpose, number, dependencies, visit);
  }
  return renewed;
}

/** Gone while its user's pod template mounts it; one that none mounts yet is still to be made. */
async function isLost(
  object: StockAnalysis,
  purpose: RenewablePurpose,
  number: number,
  dependencies: Dependencies,
  { signal }: Visit,
): Promise<boolean> {
  const { cache, client } = dependencies;
  const { namespace } = object.metadata;
  const secret = { namespace, name: credentialName(object.metadata.name, purpose, number) };
  if (cache.informer(kinds.secrets).peek(secret)) return false;
  if (!mountedBy(object, purpose, dependencies).includes(secret.name)) return false;
  return (await client.get(kinds.secrets, secret, signal, { metadataOnly: true })) === undefined;
}

/** What the pod template of the Secret's user mounts: PostgreSQL its certificate, the servers their keys. */
function mountedBy(
  { metadata: { namespace, name } }: StockAnalysis,
  purpose: RenewablePurpose,
  { cache }: Dependencies,
): readonly string[] {
  const user =
    purpose === 'databaseTLS'
      ? cache.informer(kinds.statefulSets).peek({ namespace, name: postgresName(name) })
      : cache.informer(kinds.deployments).peek({ namespace, name: serverName(name) });
  return mountedNames(user?.spec?.template?.spec?.volumes ?? []);
}

/** An administrator who slept finds what happened, and what it costs, among the Events. */
export function announceRenewal(
  object: StockAnalysis,
  purpose: CredentialPurpose,
  number: number,
  { recorder }: Dependencies,
  { log }: Visit,
): void {
  const secret = credentialName(object.metadata.name, purpose, number);
  const cost = isRenewable(purpose)
    ? RENEWAL_COSTS[purpose]
    : 'its token makes one more administrator, and the one before it is worth nothing';
  log.warn({ secret }, 'a generated Secret is gone and is made anew');
  const note = `Secret ${secret} is gone and is made anew: ${cost}`;
  // Events of one action are a series, and only the first note of a series is kept.
  const action = `Renew${purpose.charAt(0).toUpperCase()}${purpose.slice(1)}`;
  recorder.event(object, { type: 'Warning', reason: 'CredentialsRenewed', action, note });
}

/** The generated Secrets are all there. */
export function freshCredentials(owner: string, numbers: CredentialNumbers | undefined): Verdict {
  const renewed = renewedKeys(owner, numbers);
  return renewed ? holds(renewed, 'CredentialsRenewed') : holds('Rotation is not requested', 'NotRequested');
}
