import { stringify } from 'yaml';
import { describe, expect, inject, it } from 'vitest';
import { readSample } from '../../hack/deploy/platform.ts';
import { conditionOf, kubectl, until } from './support/world.ts';

interface Named {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly data?: Record<string, string>;
}

const namespace = inject('namespace');
const name = 'retained';

function manifest(): string {
  const object = readSample('minimal.yaml', namespace, name) as { spec: Record<string, unknown> };
  object.spec = { ...object.spec, server: { replicas: 1 } };
  return stringify(object);
}

const ready = (): Promise<unknown> =>
  until(`${name} Ready=True`, 180_000, async () =>
    (await conditionOf(name, 'Ready'))?.status === 'True' ? true : undefined,
  );

const ofInstance = async (kind: string): Promise<readonly Named[]> =>
  (
    await kubectl().get<{ items: readonly Named[] }>([
      kind,
      '-n',
      namespace,
      '-l',
      `app.kubernetes.io/instance=${name}`,
    ])
  ).items;

describe('deletion with Retain, the default', () => {
  it(
    'keeps volume and credentials, and a new object of the same name takes them up again',
    { timeout: 600_000 },
    async () => {
      await kubectl().apply(manifest());
      await ready();
      const claim = (await ofInstance('pvc'))[0];
      await kubectl().run(['delete', 'stockanalysis', name, '-n', namespace, '--timeout=120s']);
      await until('workloads gone', 60_000, async () =>
        (await ofInstance('pods')).length === 0 ? true : undefined,
      );
      const kept = await ofInstance('secrets');
      expect((await ofInstance('pvc'))[0]?.metadata.uid).toBe(claim?.metadata.uid);
      expect(kept.map((one) => one.metadata.name)).toContain(`${name}-postgres-admin-1`);

      await kubectl().apply(manifest());
      await ready();
      expect((await ofInstance('pvc'))[0]?.metadata.uid).toBe(claim?.metadata.uid);
      const now = new Map((await ofInstance('secrets')).map((one) => [one.metadata.name, one.data]));
      for (const secret of kept) expect(now.get(secret.metadata.name)).toEqual(secret.data);

      await kubectl().run(['delete', 'stockanalysis', name, '-n', namespace, '--timeout=120s']);
      await kubectl().run([
        'delete',
        'pvc,secret',
        '-n',
        namespace,
        '-l',
        `app.kubernetes.io/instance=${name}`,
      ]);
    },
  );
});
