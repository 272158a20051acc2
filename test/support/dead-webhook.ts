/** A webhook that everything of a kind depends on, and behind which nobody listens. */
import type { KubeClient } from './kube-client.ts';

const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

/** Writes of this kind in the namespace are answered with 500 by the API server from now on. */
export async function breakWrites(
  client: KubeClient,
  namespace: string,
  kind: { readonly group: string; readonly resource: string },
): Promise<void> {
  await client.create(WEBHOOKS, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: namespace },
    webhooks: [
      {
        name: 'nobody.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        timeoutSeconds: 2,
        // The discard port.
        clientConfig: { url: 'https://127.0.0.1:9/' },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [
          {
            apiGroups: [kind.group],
            apiVersions: ['*'],
            operations: ['CREATE', 'UPDATE', 'DELETE'],
            resources: [kind.resource],
          },
        ],
      },
    ],
  });
}

export const mendWrites = (client: KubeClient, namespace: string): Promise<unknown> =>
  client.delete(`${WEBHOOKS}/${namespace}`);
