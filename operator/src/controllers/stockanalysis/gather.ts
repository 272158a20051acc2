import type { StockAnalysis, StockAnalysisSpec, StockAnalysisStatus } from '../../api/index.ts';
import { LABEL, instanceSelector } from '../../naming/index.ts';
import { assignNumbers, lacksNumbers, pinImages, purposesOf, type AllPinned } from '../../policies/index.ts';
import type { Target } from '../../resources/index.ts';
import { gatherChildren } from './children.ts';
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
  };
  return { name, namespace, uid, spec, images };
}

/** What must stand in status before anything is made: images in use and numbers of generated Secrets. */
export async function plannedFields(
  object: StockAnalysis,
  spec: StockAnalysisSpec,
  dependencies: Dependencies,
  visit: Visit,
): Promise<Required<Pick<StockAnalysisStatus, 'credentials'>> & { readonly image: AllPinned }> {
  const image = pinImages(spec, object.status?.image, dependencies.images);
  const purposes = purposesOf(spec);
  const current = object.status?.credentials;
  if (current && !lacksNumbers(purposes, current)) return { image, credentials: current };
  const { name, namespace } = object.metadata;
  // Live, not cached: a Secret that an earlier object of this name left behind must be taken up again.
  const retained = await dependencies.client.list(
    kinds.secrets,
    {
      namespace,
      labelSelector: `${instanceSelector(name)},${LABEL.component}=credentials`,
      metadataOnly: true,
    },
    visit.signal,
  );
  return { image, credentials: assignNumbers(name, purposes, current, retained.items) };
}

/** Reads everything that a pass judges. */
export async function gather(
  object: StockAnalysis,
  status: StockAnalysisStatus,
  target: Target,
  dependencies: Dependencies,
  visit: Visit,
): Promise<Pass> {
  const children = await gatherChildren(dependencies.cache, target.namespace, target.name, visit.signal);
  const isTaken = status.conditions?.some(({ reason }) => reason === 'Conflict') ?? false;
  const writer = new ChildWriter(dependencies.client, target, children, visit, isTaken);
  return { object, target, status, children, writer, dependencies, visit, warnings: [] };
}
