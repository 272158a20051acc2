import { LABEL, type Family } from '../../../naming/index.ts';
import type { Secret } from '../../../kube/index.ts';
import { mountedNames } from '../../../policies/index.ts';
import { kinds } from '../types.ts';
import type { Pass } from './phase.ts';

/** The derived Secret of a family that the template of a Deployment mounts now. */
export function mountedSecret(
  { children, writer }: Pass,
  deployment: string,
  family: Family,
): Secret | undefined {
  const live = children.get(kinds.deployments, deployment);
  if (!live || !writer.owns(live)) return undefined;
  const mounted = mountedNames(live.spec?.template?.spec?.volumes ?? []);
  return children
    .all(kinds.secrets)
    .find(
      (secret) =>
        secret.metadata.labels?.[LABEL.family] === family &&
        mounted.includes(secret.metadata.name) &&
        writer.owns(secret),
    );
}
