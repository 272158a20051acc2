import type { ServerResponse } from 'node:http';
import { sendStatus } from '../../kube/testing/answers.ts';
import { FakeApiServer } from '../../kube/testing/fake-api-server.ts';
import type { Json } from '../../kube/testing/fake-objects.ts';
import { LABEL, OPERATOR_LABELS, labelsOf } from '../../naming/index.ts';
import { nanosOf } from '../logs/time.ts';

export const NAMESPACE = 'stocks';

interface Written {
  readonly lines: string[];
  readonly followers: Set<ServerResponse>;
}

const LOG_PATH = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/log$/;

/** An API server whose kubelets have written what they are told, and end or break their streams when they are told. */
export class FakeCluster {
  readonly api: FakeApiServer;
  readonly #logs = new Map<string, Written>();
  readonly #previous = new Map<string, readonly string[]>();

  private constructor(api: FakeApiServer) {
    this.api = api;
    api.script(({ path, query }, response) => {
      const [, namespace, pod] = LOG_PATH.exec(path) ?? [];
      if (namespace === undefined || pod === undefined) return false;
      this.#answer(`${pod}/${query.get('container') ?? ''}`, query, response);
      return true;
    });
  }

  static async start(tls?: { readonly key: string; readonly cert: string }): Promise<FakeCluster> {
    const cluster = new FakeCluster(await FakeApiServer.start(tls));
    cluster.object('demo');
    return cluster;
  }

  object(name: string): void {
    this.api.objects.create('apis/stockanalysis.dev/v1alpha1/stockanalyses', NAMESPACE, {
      metadata: { name },
    });
  }

  /** A running pod with one container of the component's name. */
  pod(component: 'server' | 'worker' | 'postgres' | 'operator', name: string, namespace = NAMESPACE): void {
    const labels =
      component === 'operator'
        ? { ...OPERATOR_LABELS, [LABEL.name]: 'stock-analysis-operator' }
        : labelsOf('demo', component);
    this.api.objects.create('api/v1/pods', namespace, {
      metadata: { name, labels },
      spec: { containers: [{ name: component }] },
      status: statusOf(component, 0),
    });
  }

  /** The kubelet has started the container again, and the log of before is the previous one. */
  restart(component: string, pod: string, restarts: number): void {
    const key = `${pod}/${component}`;
    this.#previous.set(key, [...this.#of(key).lines]);
    this.#of(key).lines.length = 0;
    this.endStreams(pod, component);
    const status = statusOf(component, restarts);
    this.api.objects.update(
      'api/v1/pods',
      `${NAMESPACE}/${pod}`,
      (old): Json => ({ ...old, status }),
      undefined,
    );
  }

  write(pod: string, container: string, ...lines: string[]): void {
    const { followers, lines: written } = this.#of(`${pod}/${container}`);
    written.push(...lines);
    for (const follower of followers) for (const line of lines) follower.write(`${line}\n`);
  }

  endStreams(pod: string, container: string): void {
    for (const follower of this.#of(`${pod}/${container}`).followers) follower.end();
  }

  followersOf(pod: string, container: string): number {
    return this.#of(`${pod}/${container}`).followers.size;
  }

  breakStreams(pod: string, container: string): void {
    for (const follower of this.#of(`${pod}/${container}`).followers) follower.destroy();
  }

  async close(): Promise<void> {
    await this.api.close();
  }

  #of(key: string): Written {
    const found = this.#logs.get(key) ?? { lines: [], followers: new Set<ServerResponse>() };
    this.#logs.set(key, found);
    return found;
  }

  /** As a kubelet: `sinceTime` in whole seconds, `tailLines` from behind, and the first byte with the first line. */
  #answer(key: string, query: URLSearchParams, response: ServerResponse): void {
    const { lines, followers } = this.#of(key);
    const isPrevious = query.get('previous') === 'true';
    const source = isPrevious ? this.#previous.get(key) : lines;
    if (!source) return sendStatus(response, 400, 'BadRequest');
    const since = nanosOf(query.get('sinceTime') ?? '');
    const from = source.filter(
      (line) => since === undefined || (nanosOf(line.split(' ')[0] ?? '') ?? 0n) >= since,
    );
    const tail = query.get('tailLines');
    for (const line of tail === null ? from : from.slice(from.length - Number(tail)))
      response.write(`${line}\n`);
    if (query.get('follow') !== 'true') {
      response.end();
      return;
    }
    followers.add(response);
    response.on('close', () => followers.delete(response));
  }
}

const statusOf = (container: string, restartCount: number): Json => ({
  phase: 'Running',
  containerStatuses: [
    {
      name: container,
      restartCount,
      state: { running: {} },
      ...(restartCount > 0 ? { lastState: { terminated: {} } } : {}),
    },
  ],
});

/** `2026-11-26T08:00:SS.nnnnnnnnnZ TEXT` */
export const stamped = (seconds: number, text: string): string => {
  const [whole = '0', fraction = ''] = seconds.toString().split('.');
  return `2026-11-26T08:00:${whole.padStart(2, '0')}.${fraction.padEnd(9, '0')}Z ${text}`;
};
