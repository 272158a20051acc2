import { workerName } from '../../../naming/index.ts';
import type { Secret } from '../../../kube/index.ts';
import { notificationSecrets, readNotifications, type Finding } from '../../../policies/index.ts';
import { notificationsOf, workerConfig, type Notifications, type Tracing } from '../../../resources/index.ts';
import { fails, holds } from '../status.ts';
import { kinds } from '../types.ts';
import { mountedSecret } from './mounted-secret.ts';
import type { Outcome, Pass } from './phase.ts';

/**
 * What the workers send notifications with: their configuration, and what is derived from the Secrets that the spec names.
 * One that is missing or broken is the verdict and stops nobody: the other channel goes on, and a channel that worked goes on with what it had.
 */
export async function notificationsPhase(pass: Pass, tracing: Tracing): Promise<Outcome<Notifications>> {
  const { target, writer, dependencies, visit } = pass;
  const spec = target.spec.monitoring.notifications;
  const secrets = new Map<string, Secret | undefined>();
  for (const name of notificationSecrets(spec)) {
    const ref = { namespace: target.namespace, name };
    secrets.set(name, await dependencies.externalSecrets.read(ref, visit.signal));
  }
  const kept = mountedSecret(pass, workerName(target.name), 'notifications');
  const { channels, findings } = readNotifications(spec, (name) => secrets.get(name), kept);
  const output = notificationsOf(target, channels);
  await writer.ensure(kinds.configMaps, workerConfig(target, output, tracing));
  if (output.secret) await writer.ensure(kinds.secrets, output.secret);
  return { verdict: verdictOf(findings), output };
}

function verdictOf([first, ...rest]: readonly Finding[]) {
  if (!first) return holds('Every channel has what it needs');
  return fails({ ...first, message: [first, ...rest].map(({ message }) => message).join('; ') });
}
