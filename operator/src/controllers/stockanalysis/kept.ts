import { credentialName } from '../../naming/index.ts';
import { missingCredential, purposesOf } from '../../policies/index.ts';
import { runPhase, type Pass } from './phases/phase.ts';
import { decideOnClaim } from './phases/postgres.ts';
import { wasInUse } from './phases/credentials.ts';
import { freshCredentials } from './renewal.ts';
import { fails, hasServed, holds, type Verdict } from './status.ts';
import { kinds } from './types.ts';

/** Undefined: there is nothing to say of it. */
export interface KeptVerdicts {
  readonly credentials: Verdict;
  readonly volume: Verdict | undefined;
}

/** What a suspended object keeps, volume and credentials, is looked at and not touched: its loss is said at once. */
export async function keptVerdicts(pass: Pass): Promise<KeptVerdicts> {
  const credentials = await runPhase('kept credentials', pass, async () => ({
    verdict: await credentialsVerdict(pass),
  }));
  const volume = await runPhase('kept volume', pass, async () => ({ verdict: await volumeVerdict(pass) }));
  return {
    credentials: credentials.verdict,
    volume: volume.verdict.status === 'True' ? undefined : volume.verdict,
  };
}

async function credentialsVerdict(pass: Pass): Promise<Verdict> {
  const { status, target, writer } = pass;
  for (const purpose of purposesOf(target.spec)) {
    const number = status.credentials?.[purpose];
    // Made when it is resumed, unless there is data that only the old one opens.
    if (number === undefined) continue;
    const isLocked = hasServed(status) && (await wasInUse(pass, purpose));
    const lost = missingCredential(target.name, purpose, number, isLocked, status.encryptionKey);
    if (lost && !(await writer.find(kinds.secrets, credentialName(target.name, purpose, number))))
      return fails(lost);
  }
  return freshCredentials(target.name, status.credentials);
}

async function volumeVerdict(pass: Pass): Promise<Verdict> {
  if (pass.target.spec.database.mode === 'External' || !hasServed(pass.status)) return holds('');
  const { decision } = await decideOnClaim(pass);
  return decision.action === 'refuse' ? fails(decision.finding) : holds('');
}
