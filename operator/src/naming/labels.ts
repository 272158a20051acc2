import { FIELD_MANAGER, GROUP } from './constants.ts';

export type Component =
  'server' | 'worker' | 'migrate' | 'postgres' | 'aktools' | 'configuration' | 'credentials' | 'monitoring';

export type Labels = Readonly<Record<string, string>>;

export const LABEL = {
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  component: 'app.kubernetes.io/component',
  managedBy: 'app.kubernetes.io/managed-by',
  partOf: 'app.kubernetes.io/part-of',
  /** On every namespace, by the API server: its name. */
  namespaceName: 'kubernetes.io/metadata.name',
  /** Which content-addressed family an object belongs to; the newest two of a family are kept. */
  family: `${GROUP}/family`,
  /** Key of the migration that a Job carries out: image and database credentials. */
  migration: `${GROUP}/migration`,
  /** Number of the attempt at that migration, from 1. */
  attempt: `${GROUP}/attempt`,
} as const;

const APP_NAME = 'stock-analysis';
export const MANAGED_BY = FIELD_MANAGER;

/** What the chart puts on the operator's own pods, whatever its release is called. */
export const OPERATOR_LABELS: Labels = { [LABEL.component]: 'operator', [LABEL.partOf]: APP_NAME };

/** Label selector of everything that the operator made; caches hold nothing else. */
export const MANAGED_SELECTOR = `${LABEL.managedBy}=${MANAGED_BY}`;

/** All four labels of a child. */
export function labelsOf(instance: string, component: Component): Labels {
  return { ...selectorOf(instance, component), [LABEL.managedBy]: MANAGED_BY };
}

/** The three immutable labels that workload and Service selectors use. */
export function selectorOf(instance: string, component: Component): Labels {
  return { [LABEL.name]: APP_NAME, [LABEL.instance]: instance, [LABEL.component]: component };
}

/** `a=b,c=d` as the API server and `status.selector` expect it. */
export function formatSelector(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** Selects all children of one object, whatever their component. */
export function instanceSelector(instance: string): string {
  return formatSelector({
    [LABEL.name]: APP_NAME,
    [LABEL.instance]: instance,
    [LABEL.managedBy]: MANAGED_BY,
  });
}

/** The instance that an object's labels name, provided they say that it is ours. */
export function instanceOf(labels: Labels | undefined): string | undefined {
  if (labels?.[LABEL.managedBy] !== MANAGED_BY || labels[LABEL.name] !== APP_NAME) return undefined;
  return labels[LABEL.instance];
}
