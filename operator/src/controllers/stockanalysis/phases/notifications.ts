import { LABEL, workerName, type Family } from '../../../naming/index.ts';
import type { Secret } from '../../../kube/index.ts';
import {
  mountedNames,
  notificationSecrets,
  readNotifications,
  type Finding,
} from '../../../policies/index.ts';
import { notificationsOf, workerConfig, type Notifications } from '../../../resources/index.ts';
import { fails, holds } from '../status.ts';
import { kinds } from '../types.ts';
import type { Outcome, Pass } from './phase.ts';

const FAMILY: Family = 'notifications';

/**
 * What the workers send notifications with: their configuration, and what is derived from the Secrets that the spec names.
 * One that is missing or broken is the verdict and stops nobody: the other channel goes on, and a channel that worked goes on with what it had.
 */
export async function notificationsPhase(pass: Pass): Promise<Outcome<Notifications>> {
  const { target, writer, dependencies, visit } = pass;
  const spec = target.spec.monitoring.notifications;
  const secrets = new Map<string, Secret | undefined>();
  for (const name of notificationSecrets(spec)) {
    const ref = { namespace: target.namespace, name };
    secrets.set(name, await dependencies.externalSecrets.read(ref, visit.signal));
  }
  const { channels, findings } = readNotifications(spec, (name) => secrets.get(name), secretInUse(pass));
  const output = notificationsOf(target, channels);
  await writer.ensure(kinds.configMaps, workerConfig(target, output));
  if (output.secret) await writer.ensure(kinds.secrets, output.secret);
  return { verdict: verdictOf(findings), output };
}

/** The derived Secret that the template of the workers mounts now. */
function secretInUse({ target, children, writer }: Pass): Secret | undefined {
  const worker = children.get(kinds.deployments, workerName(target.name));
  if (!worker || !writer.owns(worker)) return undefined;
  const mounted = mountedNames(worker.spec?.template?.spec?.volumes ?? []);
  return children
    .all(kinds.secrets)
    .find(
      (secret) =>
        secret.metadata.labels?.[LABEL.family] === FAMILY &&
        mounted.includes(secret.metadata.name) &&
        writer.owns(secret),
    );
}

function verdictOf([first, ...rest]: readonly Finding[]) {
  if (!first) return holds('Every channel has what it needs');
  return fails({ ...first, message: [first, ...rest].map(({ message }) => message).join('; ') });
}
