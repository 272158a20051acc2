/** What a real operator makes in a real API server for each sort of StockAnalysis, as the API server then has it. */
import { z } from 'zod';
import { readSample } from '../../hack/deploy/platform.ts';
import { parseObject, type RenderedObject } from '../support/chart.ts';
import { externalDatabase } from '../support/external-database.ts';
import { CHILDREN } from '../support/inventory.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan, Tier } from '../support/plan.ts';
import { withPlan } from '../support/with-plan.ts';
import type { ManifestSet } from './manifest-set.ts';
import { PINNED_IMAGES } from './pinned-images.ts';

interface Variant {
  readonly spec: unknown;
  readonly environment?: Readonly<Record<string, string>>;
}

const sampleSpec = (file: string): unknown => readSample(file, '')['spec'];

const VARIANTS: Readonly<Record<string, Variant>> = {
  defaults: { spec: {} },
  full: { spec: sampleSpec('full.yaml') },
  external: { spec: { database: externalDatabase() } },
  aktools: { spec: sampleSpec('aktools.yaml') },
  'aktools-elsewhere': {
    spec: { marketData: { provider: 'AKTools', aktools: { url: 'https://aktools.example' } } },
  },
  'pinned-images': {
    spec: sampleSpec('aktools.yaml'),
    environment: {
      RELATED_IMAGE_APP: PINNED_IMAGES.app,
      RELATED_IMAGE_POSTGRES: PINNED_IMAGES.postgres,
      RELATED_IMAGE_SAMPLE_DATA: PINNED_IMAGES.sampleData,
      RELATED_IMAGE_AKTOOLS: PINNED_IMAGES.aktools,
    },
  },
};

const List = z.object({
  apiVersion: z.string(),
  kind: z.string().endsWith('List'),
  items: z.array(z.looseObject({})),
});

/** Who wrote which field is no part of a manifest, and longer than it. */
function withoutBookkeeping({ status: _, ...object }: RenderedObject): RenderedObject {
  const { managedFields: __, ...metadata } = object.metadata;
  return { ...object, metadata };
}

interface Child {
  /** As the log of requests writes it: `deployments.apps/demo-server`. */
  readonly key: string;
  readonly object: RenderedObject;
}

/** The objects that carry the labels of the StockAnalysis; the API server leaves their kind to the list. */
async function childrenOf(plan: Plan): Promise<readonly Child[]> {
  const selector = encodeURIComponent(`app.kubernetes.io/instance=${OBJECT_NAME}`);
  const lists = CHILDREN.map(async ([groupVersion, resource]) => {
    const path = plan.path(groupVersion, `${resource}?labelSelector=${selector}`);
    const { apiVersion, kind, items } = List.parse(await plan.client.get(path));
    const [group, version] = groupVersion.split('/');
    return items.map((item) => {
      const object = parseObject({ ...item, apiVersion, kind: kind.replace(/List$/, '') });
      const key = `${resource}${version ? `.${group}` : ''}/${object.metadata.name}`;
      return { key, object: withoutBookkeeping(object) };
    });
  });
  return (await Promise.all(lists)).flat();
}

export interface OperatorSet extends ManifestSet {
  readonly pods: readonly RenderedObject[];
  /** What the operator made and is neither here nor deleted since. */
  readonly escaped: readonly string[];
}

async function collect(name: string, plan: Plan): Promise<OperatorSet> {
  const children = await childrenOf(plan);
  const found = new Set(children.map(({ key }) => key));
  const deleted = plan.proxy.log.deletes();
  const made = [...plan.proxy.log.creates().keys()];
  return {
    name,
    // Pods are their controllers' work and say what the templates say; Pod Security has judged them already.
    objects: children.map(({ object }) => object).filter(({ kind }) => kind !== 'Pod'),
    pods: children.map(({ object }) => object).filter(({ kind }) => kind === 'Pod'),
    escaped: made.filter((key) => !found.has(key) && !deleted.has(key)),
  };
}

/** Leads every variant to Ready, side by side, each in a namespace that enforces Pod Security restricted. */
export async function operatorSets(tier: Tier): Promise<readonly OperatorSet[]> {
  const sets: OperatorSet[] = [];
  await Promise.all(
    Object.entries(VARIANTS).map(async ([name, { spec, environment = {} }]) => {
      const work = async (plan: Plan): Promise<void> => {
        if (name === 'external') await plan.createExternalSecret(await plan.startExternalDatabase());
        await plan.converge(spec);
        await plan.waitForDataSource();
        sets.push(await collect(name, plan));
      };
      await withPlan(tier, `manifests-${name}`, work, { environment });
    }),
  );
  return sets;
}
