import { workerName } from '../../../naming/index.ts';
import { readTracing } from '../../../policies/index.ts';
import { serverConfig, tracingOf, type Tracing } from '../../../resources/index.ts';
import { fails, holds } from '../status.ts';
import { kinds } from '../types.ts';
import { mountedSecret } from './mounted-secret.ts';
import type { Outcome, Pass } from './phase.ts';

/**
 * What server and worker send traces with: the configuration of the servers, and the Secret that is derived from the one that
 * the spec names. One that is missing or broken is the verdict and stops nobody.
 */
export async function tracingPhase(pass: Pass): Promise<Outcome<Tracing>> {
  const { target, writer, dependencies, visit } = pass;
  const spec = target.spec.monitoring.tracing;
  const name = spec?.headersSecretRef?.name;
  const ref = { namespace: target.namespace, name: name ?? '' };
  const secret = name === undefined ? undefined : await dependencies.externalSecrets.read(ref, visit.signal);
  const kept = mountedSecret(pass, workerName(target.name), 'tracing');
  const { isSent, headers, finding } = readTracing(spec, secret, kept);
  const output = tracingOf(target, isSent, headers);
  await writer.ensure(kinds.configMaps, serverConfig(target, output));
  if (output.secret) await writer.ensure(kinds.secrets, output.secret);
  return { verdict: finding ? fails(finding) : holds('Traces have what they need'), output };
}
