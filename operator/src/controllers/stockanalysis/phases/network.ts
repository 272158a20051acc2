import { migrateName, postgresName, serverName, workerName } from '../../../naming/index.ts';
import type { Manifest } from '../../../resources/index.ts';
import { kinds } from '../types.ts';
import type { Pass } from './phase.ts';

/** The policies that `spec.networkPolicy` asks for, by name; that of AKTools is there whenever AKTools is. */
export const networkPolicyNames = (owner: string): readonly string[] =>
  [serverName, workerName, migrateName, postgresName].map((nameOf) => nameOf(owner));

/** Before the pods that it holds for; nothing where the spec asks for none. */
export async function ensureNetworkPolicy(pass: Pass, policy: Manifest): Promise<void> {
  if (pass.target.spec.networkPolicy.enabled) await pass.writer.ensure(kinds.networkPolicies, policy);
}

/**
 * Policies that the spec does not ask for any more go before anything else is tried, not after all of it worked: one of
 * them may be what keeps it from working.
 */
export async function dropNetworkPolicies({ target, children, writer }: Pass): Promise<void> {
  if (target.spec.networkPolicy.enabled) return;
  for (const name of networkPolicyNames(target.name)) {
    const live = children.get(kinds.networkPolicies, name);
    if (live && writer.owns(live) && live.metadata.deletionTimestamp === undefined)
      await writer.remove(kinds.networkPolicies, live);
  }
}
