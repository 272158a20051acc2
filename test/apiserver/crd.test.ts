/** The CRD as the API server understands it. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parseSpec } from '../../operator/src/api/index.ts';
import { readCRDs, type SchemaNode } from '../support/crd.ts';
import { KubeClient, messageOf, readKubeconfig, type Reply } from '../support/kube-client.ts';
import type { StockAnalysis } from '../support/kube-objects.ts';
import { RULE_CASES, SCHEMA_CASES, type Attempt } from './crd-cases.ts';

const client = new KubeClient(readKubeconfig(inject('tier').kubeconfig));
const namespace = 'crd';
const collection = `/apis/stockanalysis.dev/v1alpha1/namespaces/${namespace}/stockanalyses`;

beforeAll(async () => {
  await client.create('/api/v1/namespaces', { metadata: { name: namespace } });
});

afterAll(() => client.close());

let serial = 0;

const body = (name: string, spec: unknown): object => ({
  apiVersion: 'stockanalysis.dev/v1alpha1',
  kind: 'StockAnalysis',
  metadata: { name },
  spec,
});

function create(spec: unknown, name = `case-${(serial += 1)}`): Promise<Reply<StockAnalysis>> {
  return client.call('POST', `${collection}?fieldValidation=Strict`, { body: body(name, spec) });
}

/** The reply to the last step of an attempt; objects do not stay. */
async function attempt(step: Attempt): Promise<Reply> {
  const name = ('name' in step ? step.name : undefined) ?? `case-${(serial += 1)}`;
  const first = await create('spec' in step ? step.spec : step.from, name);
  if ('spec' in step || first.status !== 201) {
    await client.delete(`${collection}/${name}`);
    return first;
  }
  const { metadata } = first.body;
  const next = { ...body(name, step.to), metadata };
  const reply = await client.call('PUT', `${collection}/${name}`, { body: next });
  await client.delete(`${collection}/${name}`);
  return reply;
}

/** `PATH: MESSAGE` of every CEL rule below a node. */
function rulesBelow(node: SchemaNode, path: string): string[] {
  const own = (node['x-kubernetes-validations'] ?? []).map(({ message }) => `${path}: ${message ?? ''}`);
  const named = Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
    rulesBelow(child, path ? `${path}.${key}` : key),
  );
  const others = [node.items, node.additionalProperties].flatMap((child) =>
    child ? rulesBelow(child, `${path}[]`) : [],
  );
  return [...own, ...named, ...others];
}

describe('CEL rules', () => {
  it('has a case for every rule of the CRD and none for a rule that is gone', () => {
    const [crd] = readCRDs();
    const rules = rulesBelow(crd?.spec.versions[0]?.schema.openAPIV3Schema ?? {}, '');
    expect(RULE_CASES.map(({ at, message }) => `${at}: ${message}`).toSorted()).toEqual(rules.toSorted());
  });

  describe.each(RULE_CASES)('$at: $message', ({ message, field, refused, accepted }) => {
    it.each(refused)('refuses %j and names the field', async (step) => {
      const reply = await attempt(step);
      expect(reply.status).toBe(422);
      expect(messageOf(reply)).toContain(message);
      expect(messageOf(reply)).toContain(field);
    });

    it.each(accepted)('accepts %j', async (step) => {
      const reply = await attempt(step);
      expect(reply.status < 300 ? 'accepted' : messageOf(reply)).toBe('accepted');
    });
  });
});

describe('schema', () => {
  it.each(SCHEMA_CASES)('refuses $spec and names $field', async ({ field, spec }) => {
    const reply = await create(spec);
    expect(reply.status).toBe(422);
    expect(messageOf(reply)).toContain(field);
  });

  it('refuses an unknown field under strict field validation, by name', async () => {
    const reply = await create({ server: { replica: 2 } });
    expect(reply.status).toBe(400);
    expect(messageOf(reply)).toContain('spec.server.replica');
  });

  it.each([
    {},
    { database: { builtIn: {} } },
    { marketData: { sample: {} }, worker: { resources: {} } },
    {
      marketData: {
        provider: 'AKTools',
        aktools: { managed: {} },
        refresh: { cron: '0,30 9-15 * * MON-FRI' },
      },
    },
    { marketData: { provider: 'AKTools', refresh: { cron: '0 17 * * *', timeZone: 'UTC' } } },
    { database: { mode: 'External', external: { secretRef: { name: 'elsewhere' } } } },
    { monitoring: { slo: { latency: { objective: '95' } }, labels: { release: 'x' } } },
    { monitoring: { reports: { daily: 'Never' } }, logging: {} },
    {
      monitoring: {
        tracing: { endpoint: 'https://otel.example/v1/traces', headersSecretRef: { name: 'otel' } },
      },
    },
    {
      monitoring: {
        notifications: {
          email: { host: 'mail.example', from: 'a@mail.example', to: ['b@mail.example'] },
          webhook: { secretRef: { name: 'hook' } },
        },
      },
    },
    {
      image: { repository: 'r', tag: 't', pullSecrets: [{ name: 's' }] },
      server: { replicas: 5 },
      deletionPolicy: 'Delete',
    },
  ])('fills in the defaults of the reconciler: %j', async (spec) => {
    const reply = await create(spec);
    const parsed = parseSpec(spec);
    expect(reply.body.spec).toEqual(parsed.ok ? parsed.spec : parsed.message);
  });

  it('fills in the defaults where no spec is given at all', async () => {
    const metadata = { name: 'no-spec' };
    const request = { apiVersion: 'stockanalysis.dev/v1alpha1', kind: 'StockAnalysis', metadata };
    const created = await client.create<StockAnalysis>(collection, request);
    const parsed = parseSpec(undefined);
    expect(created.spec).toEqual(parsed.ok ? parsed.spec : parsed.message);
  });
});

describe('subresources', () => {
  it('ignores status in an ordinary write and spec in a write to status', async () => {
    const status = { observedGeneration: 7 };
    const request = { ...body('split', {}), status };
    // -1, the default: nobody has looked at it yet.
    expect((await client.create<StockAnalysis>(collection, request)).status).toEqual({
      observedGeneration: -1,
    });
    const patch = { status, spec: { server: { replicas: 9 } } };
    const patched = await client.patch<StockAnalysis>(`${collection}/split/status`, patch);
    expect(patched.status).toEqual(status);
    expect(patched.spec?.['server']).toMatchObject({ replicas: 2 });
    expect(patched.metadata.generation).toBe(1);
  });

  it('scales through the scale subresource', async () => {
    await create({}, 'scaled');
    const selector = 'app.kubernetes.io/instance=scaled';
    await client.patch(`${collection}/scaled/status`, { status: { replicas: 2, selector } });
    interface Scale {
      readonly spec: { readonly replicas: number };
      readonly status: { readonly replicas: number; readonly selector: string };
    }
    const scale = await client.get<Scale>(`${collection}/scaled/scale`);
    expect(scale).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 2, selector } });
    await client.patch(`${collection}/scaled/scale`, { spec: { replicas: 4 } });
    const object = await client.get<StockAnalysis>(`${collection}/scaled`);
    expect(object.spec?.['server']).toMatchObject({ replicas: 4 });
    expect(object.metadata.generation).toBe(2);
    const tooMany = await client.call('PATCH', `${collection}/scaled/scale`, {
      body: { spec: { replicas: 1000 } },
      contentType: 'application/merge-patch+json',
    });
    expect(tooMany.status).toBe(422);
    expect(messageOf(tooMany)).toContain('spec.server.replicas');
  });
});

describe('names', () => {
  it('prints Ready, Reason and Server in the table of kubectl get', async () => {
    await create({}, 'table');
    const now = new Date().toISOString();
    const ready = {
      type: 'Ready',
      status: 'False',
      reason: 'Progressing',
      message: 'waits',
      lastTransitionTime: now,
    };
    await client.patch(`${collection}/table/status`, { status: { replicas: 2, conditions: [ready] } });
    interface Table {
      readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
      readonly rows: readonly { readonly cells: readonly unknown[] }[];
    }
    const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
    const table = (await client.call<Table>('GET', `${collection}/table`, { accept })).body;
    const shown = table.columnDefinitions.map(({ name, priority }) => `${name}/${priority}`);
    expect(shown).toEqual([
      'Name/0',
      'Ready/0',
      'Reason/0',
      'Server/0',
      'Age/0',
      'Message/1',
      'Image/1',
      'Postgres/1',
    ]);
    expect(table.rows[0]?.cells.slice(0, 4)).toEqual(['table', 'False', 'Progressing', 2]);
    expect(table.rows[0]?.cells[5]).toBe('waits');
  });

  it('answers to its short name and category', async () => {
    interface Resources {
      readonly resources: readonly {
        name: string;
        kind: string;
        shortNames?: string[];
        categories?: string[];
      }[];
    }
    const { resources } = await client.get<Resources>('/apis/stockanalysis.dev/v1alpha1');
    const resource = resources.find(({ name }) => name === 'stockanalyses');
    expect(resource).toMatchObject({ kind: 'StockAnalysis', shortNames: ['stk'], categories: ['stock'] });
  });
});
