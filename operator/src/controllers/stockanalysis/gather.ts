import type {
  CredentialNumbers,
  StockAnalysis,
  StockAnalysisSpec,
  StockAnalysisStatus,
} from '../../api/index.ts';
import { credentialName, postgresClaimName, postgresName } from '../../naming/index.ts';
import {
  assignNumbers,
  dependsOnRetained,
  lacksNumbers,
  mountedNames,
  pinImages,
  purposesOf,
  rolloutText,
  type AllPinned,
} from '../../policies/index.ts';
import type { Target } from '../../resources/index.ts';
import { INSTANCE_INDEX, gatherChildren } from './children.ts';
import type { Pass } from './phases/phase.ts';
import { ChildWriter } from './writer.ts';
import { kinds, type Dependencies, type Visit } from './types.ts';

/** Whose children are built, with the images in use. */
export function targetOf(object: StockAnalysis, spec: StockAnalysisSpec, pinned: AllPinned): Target {
  const { name, namespace, uid } = object.metadata;
  const images = {
    app: pinned.app.reference,
    postgres: pinned.postgres.reference,
    sampleData: pinned.sampleData.reference,
    aktools: pinned.aktools.reference,
  };
  return { name, namespace, uid, spec, images };
}

type PlannedFields = Pick<StockAnalysisStatus, 'rollout'> & {
  readonly credentials: CredentialNumbers;
  readonly image: AllPinned;
};

/** What must stand in status before anything is made: opt-in, images in use and numbers of generated Secrets. */
export async function plannedFields(
  object: StockAnalysis,
  spec: StockAnalysisSpec,
  dependencies: Dependencies,
  visit: Visit,
): Promise<PlannedFields> {
  const before = object.status?.rollout;
  const text = rolloutText(object.metadata.annotations, before);
  const rollout = text === undefined ? {} : { rollout: text };
  const image = pinImages(spec, object.status?.image, dependencies.images, text !== before);
  const purposes = purposesOf(spec);
  const current = object.status?.credentials;
  if (current && !lacksNumbers(purposes, current)) return { ...rollout, image, credentials: current };
  const retained = dependsOnRetained(purposes, current)
    ? await retainedNames(object, dependencies, visit)
    : [];
  return { ...rollout, image, credentials: assignNumbers(object.metadata.name, purposes, current, retained) };
}

/**
 * The numbers, with the next one for a certificate that somebody deleted: unlike a password it opens no data, so it is
 * made anew, and the new name has its users roll. One that no pod template mounts yet is still to be made.
 */
export async function renewLostCertificate(
  { metadata: { namespace, name } }: StockAnalysis,
  credentials: CredentialNumbers,
  { cache, client }: Dependencies,
  { signal, log }: Visit,
): Promise<CredentialNumbers> {
  const number = credentials.databaseTLS;
  if (number === undefined) return credentials;
  const secret = { namespace, name: credentialName(name, 'databaseTLS', number) };
  if (cache.informer(kinds.secrets).peek(secret)) return credentials;
  const statefulSet = cache.informer(kinds.statefulSets).peek({ namespace, name: postgresName(name) });
  const mounted = mountedNames(statefulSet?.spec?.template?.spec?.volumes ?? []);
  if (!mounted.includes(secret.name)) return credentials;
  if (await client.get(kinds.secrets, secret, signal, { metadataOnly: true })) return credentials;
  log.warn({ secret: secret.name }, 'the certificate of the database is gone and is made anew');
  return { ...credentials, databaseTLS: number + 1 };
}

/**
 * Names of the generated Secrets that an earlier object of this name left behind. Live where its volume is there too:
 * only the right ones open it. Without a volume they open nothing, and what the cache lacks is found by the POST.
 */
async function retainedNames(
  object: StockAnalysis,
  { cache, leftovers }: Dependencies,
  { signal }: Visit,
): Promise<Iterable<string>> {
  const { name, namespace } = object.metadata;
  const claims = await leftovers.claims(object, signal);
  if (claims.has(postgresClaimName(name))) return leftovers.credentials(object, signal);
  const cached = await cache.informer(kinds.secrets).byIndex(INSTANCE_INDEX, `${namespace}/${name}`, signal);
  return cached.map(({ metadata }) => metadata.name);
}

/** The volume is found again though its labels are lost. */
export const knownUIDs = (status: StockAnalysisStatus | undefined): ReadonlySet<string> =>
  new Set([status?.database?.claimUID].filter((uid) => uid !== undefined));

/** Reads everything that a pass judges. */
export async function gather(
  object: StockAnalysis,
  status: StockAnalysisStatus,
  target: Target,
  dependencies: Dependencies,
  visit: Visit,
): Promise<Pass> {
  const children = await gatherChildren(dependencies.cache, target.namespace, target.name, visit.signal);
  const writer = new ChildWriter(dependencies.client, target, children, visit, {
    looksFirst: status.conditions?.some(({ reason }) => reason === 'Conflict') ?? false,
    isRepair: status.schema !== undefined,
    knownUIDs: knownUIDs(status),
  });
  return { object, target, status, children, writer, dependencies, visit, warnings: [], pending: [] };
}
