/** How the chart labels the operator's pods is how the database's network policy finds them: two things that know nothing of each other. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { INSTALL_MANIFEST } from '../../hack/charts/install-manifest.ts';
import { postgresNetworkPolicy } from '../../operator/src/resources/index.ts';
import { letsIn, specOf, type End } from '../../operator/src/resources/testing/policy-evaluation.ts';
import { testTarget } from '../../operator/src/resources/testing/target.ts';

interface Deployment {
  readonly kind: string;
  readonly metadata: { readonly namespace: string };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containers: readonly { readonly env: readonly Readonly<Record<string, unknown>>[] }[];
      };
    };
  };
}

const documents = parseAllDocuments(readFileSync(INSTALL_MANIFEST, 'utf8')).map((one): Deployment =>
  one.toJS(),
);
const operator = documents.find(({ kind }) => kind === 'Deployment');

it('lets the operator of the chart in, from the namespace that it is told', () => {
  if (!operator) throw new Error(`${INSTALL_MANIFEST} holds no Deployment`);
  const { namespace } = operator.metadata;
  const { metadata, spec } = operator.spec.template;
  expect(spec.containers[0]?.env).toContainEqual({
    name: 'POD_NAMESPACE',
    valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } },
  });
  const policy = specOf(postgresNetworkPolicy({ ...testTarget(), operatorNamespace: namespace }));
  const pod: End = { labels: metadata.labels, namespace };
  expect(letsIn(policy, pod, 5432)).toBe(true);
  expect(letsIn(policy, { ...pod, namespace: 'elsewhere' }, 5432)).toBe(false);
});
