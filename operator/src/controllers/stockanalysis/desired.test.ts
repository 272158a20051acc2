import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/index.ts';
import {
  aktoolsNetworkPolicy,
  postgresNetworkPolicy,
  serverDisruptionBudget,
  serverService,
} from '../../resources/index.ts';
import { testTarget } from '../../resources/testing/target.ts';
import { difference, withHash } from './desired.ts';

interface Policy extends KubeObject {
  readonly spec: {
    podSelector: { matchLabels: Record<string, string> };
    readonly ingress: { from: unknown[]; ports: { port: number; protocol: string; endPort?: number }[] }[];
    readonly egress: { to: unknown[]; ports: unknown[] }[];
  };
}

const desired = withHash(aktoolsNetworkPolicy(testTarget()));

function live(change: (policy: Policy) => void): KubeObject {
  const policy: Policy = JSON.parse(JSON.stringify(desired));
  change(policy);
  return policy;
}

describe('difference', () => {
  it('finds none in what was written', () => {
    expect(
      difference(
        desired,
        live(() => undefined),
      ),
    ).toBeUndefined();
  });

  it.each<[string, (policy: Policy) => void, string]>([
    ['one more peer', ({ spec }) => spec.ingress[0]?.from.push({ podSelector: {} }), '.spec.ingress[0].from'],
    [
      'one more port',
      ({ spec }) => spec.ingress[0]?.ports.push({ port: 22, protocol: 'TCP' }),
      '.spec.ingress[0].ports',
    ],
    [
      'a range of ports',
      ({ spec }) => {
        const port = spec.ingress[0]?.ports[0];
        if (port) port.endPort = 9000;
      },
      '.spec.ingress[0].ports[0].endPort',
    ],
    ['one more rule', ({ spec }) => spec.egress.push({ to: [], ports: [] }), '.spec.egress'],
    [
      'a narrower selector, which holds for nobody',
      ({ spec }) => {
        spec.podSelector.matchLabels['no'] = 'body';
      },
      '.spec.podSelector.matchLabels.no',
    ],
    [
      'another protocol at the same port',
      ({ spec }) => {
        const ports = spec.egress[0]?.ports as { port: number; protocol: string }[];
        const tcp = ports.find(({ port, protocol }) => port === 53 && protocol === 'TCP');
        if (tcp) tcp.protocol = 'SCTP';
      },
      '.spec.egress[0].ports[1].protocol',
    ],
  ])('finds %s in a network policy', (_, change, path) => {
    expect(difference(desired, live(change))).toContain(`drift at ${path}`);
  });

  it('finds a way out of what has none, where the API server keeps no empty list', () => {
    const shut = withHash(postgresNetworkPolicy(testTarget()));
    const stored = JSON.parse(JSON.stringify(shut)) as KubeObject & { spec: { egress?: unknown[] } };
    delete stored.spec.egress;
    expect(difference(shut, stored)).toBeUndefined();
    stored.spec.egress = [{}];
    expect(difference(shut, stored)).toContain('drift at .spec.egress');
  });

  it('finds a narrower selector of a disruption budget, which holds for nobody', () => {
    const budget = withHash(serverDisruptionBudget(testTarget()));
    const stored = JSON.parse(JSON.stringify(budget)) as KubeObject & {
      spec: { selector: { matchLabels: Record<string, string> } };
      status?: unknown;
    };
    stored.status = { disruptionsAllowed: 1 };
    expect(difference(budget, stored)).toBeUndefined();
    stored.spec.selector.matchLabels['no'] = 'body';
    expect(difference(budget, stored)).toContain('drift at .spec.selector.matchLabels.no');
  });

  it('leaves what others added to anything else', () => {
    const service = withHash(serverService(testTarget()));
    const written = JSON.parse(JSON.stringify(service)) as KubeObject & { spec: Record<string, unknown> };
    written.spec['clusterIP'] = '10.0.0.1';
    expect(difference(service, written)).toBeUndefined();
  });
});
