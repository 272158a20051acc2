import { afterEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import type { Kubectl } from '../../deploy/kubectl.ts';
import { provider } from '../index.ts';
import { existing, looksLikeProduction, nodeAddress } from './existing.ts';
import { kind, kindConfiguration } from './kind.ts';

afterEach(() => vi.unstubAllEnvs());

describe('provider', () => {
  it('names those that exist when another is asked for', () => {
    expect(() => provider('minikube')).toThrow('there are local, kind, existing');
  });
});

describe('looksLikeProduction', () => {
  const context = { context: 'dev', cluster: 'kind-dev', server: 'https://127.0.0.1:6443' };

  it.each([
    { context: 'prod-eu' },
    { cluster: 'my-production' },
    { server: 'https://abc.gr7.eu-west-1.eks.amazonaws.com' },
    { server: 'https://api.live.example.org' },
  ])('refuses %o', (change) => expect(looksLikeProduction({ ...context, ...change })).toBeDefined());

  it('lets a development cluster and mere look-alikes pass', () => {
    expect(looksLikeProduction(context)).toBeUndefined();
    expect(
      looksLikeProduction({ ...context, context: 'product-catalogue', cluster: 'delivery' }),
    ).toBeUndefined();
  });
});

describe('existing', () => {
  const nobody = {} as Kubectl;
  const ready = [{ type: 'Ready', status: 'True' }];
  const inside = { type: 'InternalIP', address: '10.0.0.7' };
  const outside = { type: 'ExternalIP', address: '203.0.113.7' };

  it('asks for a registry before anything is done', () => {
    vi.stubEnv('IMAGE_REGISTRY', '');
    expect(() => existing.requireDelivery()).toThrow('set IMAGE_REGISTRY');
    vi.stubEnv('IMAGE_REGISTRY', 'registry.example/stock-analysis');
    expect(() => existing.requireDelivery()).not.toThrow();
  });

  it('prefers an address for the outside, of a node that is Ready', () => {
    const dead = { status: { conditions: [{ type: 'Ready', status: 'Unknown' }], addresses: [outside] } };
    expect(nodeAddress([dead, { status: { conditions: ready, addresses: [inside] } }])).toBe('10.0.0.7');
    expect(nodeAddress([{ status: { conditions: ready, addresses: [inside, outside] } }])).toBe(
      '203.0.113.7',
    );
    expect(nodeAddress([dead])).toBeUndefined();
  });

  it('brackets an IPv6 address in the url, and says so when there is none', async () => {
    const kubectl = (address: string): Kubectl =>
      Object.assign(Object.create(nobody) as Kubectl, {
        get: async () => ({
          items: [{ status: { conditions: ready, addresses: [{ type: 'InternalIP', address }] } }],
        }),
      });
    expect(await existing.nodePortUrl(kubectl('10.0.0.7'), 30_001)).toBe('http://10.0.0.7:30001');
    expect(await existing.nodePortUrl(kubectl('2001:db8::7'), 30_001)).toBe('http://[2001:db8::7]:30001');
    const none = Object.assign(Object.create(nobody) as Kubectl, { get: async () => ({ items: [] }) });
    await expect(existing.nodePortUrl(none, 30_001)).rejects.toThrow('node port 30001 cannot be reached');
  });
});

describe('kind', () => {
  it('publishes on 127.0.0.1 the node port that it then asks for', async () => {
    const port = kind.fixedNodePort;
    expect(parse(kindConfiguration())).toEqual({
      kind: 'Cluster',
      apiVersion: 'kind.x-k8s.io/v1alpha4',
      nodes: [
        {
          role: 'control-plane',
          extraPortMappings: [
            { containerPort: port, hostPort: port, listenAddress: '127.0.0.1', protocol: 'TCP' },
          ],
        },
      ],
    });
    expect(await kind.nodePortUrl({} as Kubectl, port ?? 0)).toBe(`http://127.0.0.1:${port}`);
  });

  it('keeps its kubeconfig in the clone, which needs no root', () => {
    expect(kind.kubeconfigPath()).toBe(`${process.cwd()}/.state/kind.kubeconfig`);
  });
});
