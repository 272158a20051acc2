/**
 * A service mesh as it comes to a namespace: a mutating webhook adds an init container to every new pod. Where Pod
 * Security `restricted` is enforced the pod is then refused, although all that the operator asked for complies.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { createServerCertificate } from '../../operator/src/postgres/index.ts';
import { readAll } from './kube-client.ts';
import { close, listen } from './listen.ts';
import type { Plan } from './plan.ts';
import { restrictedPod } from './restricted-pod.ts';
import { eventually } from './wait.ts';

const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
/** In its certificate; the API server dials it. */
const HOST = 'localhost';

/** As the one of Istio without its CNI plug-in: it rewrites the packet filter of the pod. */
const INJECTED = {
  name: 'istio-init',
  image: 'test.invalid/istio:1',
  securityContext: { runAsUser: 0, runAsNonRoot: false, capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } },
};

interface Review {
  readonly request: {
    readonly uid: string;
    readonly object: { readonly spec: { readonly initContainers?: readonly unknown[] } };
  };
}

function answer({ request }: Review): unknown {
  const value = [INJECTED, ...(request.object.spec.initContainers ?? [])];
  const patch = Buffer.from(JSON.stringify([{ op: 'add', path: '/spec/initContainers', value }]));
  const response = {
    ...{ uid: request.uid, allowed: true },
    ...{ patchType: 'JSONPatch', patch: patch.toString('base64') },
  };
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}

async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const review: Review = JSON.parse((await readAll(incoming)).toString('utf8'));
  outgoing.setHeader('content-type', 'application/json');
  outgoing.end(JSON.stringify(answer(review)));
}

/** Injects into the namespace of the plan, in force already; the returned function takes it away. */
export async function injectSidecars({ client, namespace }: Plan): Promise<() => Promise<void>> {
  const { ca, certificate: cert, key } = await createServerCertificate([HOST], new Date());
  const server = createServer({ cert, key }, (incoming, outgoing) => {
    respond(incoming, outgoing).catch(() => outgoing.destroy());
  });
  // A test that fails does not take it away.
  server.unref();
  const url = `https://${HOST}:${await listen(server)}/inject`;
  await client.create(CONFIGURATIONS, {
    metadata: { name: namespace },
    webhooks: [
      {
        name: 'sidecar-injector.example.org',
        clientConfig: { url, caBundle: Buffer.from(ca).toString('base64') },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        ...{ admissionReviewVersions: ['v1'], sideEffects: 'None', failurePolicy: 'Fail' },
      },
    ],
  });
  await eventually({ what: 'the sidecar injector to be in force', timeoutMs: 60_000 }, async () => {
    const pods = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
    const { status } = await client.call('POST', pods, { body: restrictedPod() });
    return status === 403 || undefined;
  });
  return async () => {
    await client.delete(`${CONFIGURATIONS}/${namespace}`);
    server.closeAllConnections();
    await close(server);
  };
}
