/** Keys of the servers and the token that makes an administrator: made once, and what becomes of it when one is lost. */
import { describe, expect, inject, it } from 'vitest';
import { EXTERNAL_SECRET, externalDatabase } from '../support/external-database.ts';
import type { KubeObject, Secret } from '../support/kube-objects.ts';
import type { Plan } from '../support/plan.ts';
import {
  BOOTSTRAP,
  KEYRINGS,
  filesOf,
  lose,
  podsOf,
  secretName,
  secretPath,
  waitMounted,
} from '../support/server-secrets.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';

const tier = inject('tier');

const decoded = ({ data }: Secret, key: string): string =>
  Buffer.from(data?.[key] ?? '', 'base64').toString('utf8');

interface Key {
  readonly kid: string;
  readonly state: string;
  readonly key: string;
}
const parsed = (text: string | undefined): readonly Key[] => JSON.parse(text ?? '[]');

interface Event extends KubeObject {
  readonly reason: string;
  readonly note: string;
}

const renewals = async (plan: Plan): Promise<readonly string[]> =>
  (await plan.list<Event>('events.k8s.io/v1', 'events'))
    .filter(({ reason }) => reason === 'CredentialsRenewed')
    .map(({ note }) => note);

describe.concurrent('keyrings', () => {
  it('are files of the servers alone, each with one active key of its own', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'keyrings', async (plan) => {
      await plan.converge();
      const servers = await filesOf(plan, 'server');
      expect(servers).toHaveLength(2);
      const paths = KEYRINGS.map((purpose) => `/etc/stock-analysis/keyrings/${purpose}.json`);
      const keys = servers.flatMap((files) => paths.map((path) => parsed(files.get(path))));
      for (const [key, ...more] of keys) {
        expect(more).toEqual([]);
        expect(key).toEqual({ kid: expect.stringMatching(/^[0-9a-f]{8}$/), state: 'active', key: key?.key });
        expect(Buffer.from(key?.key ?? '', 'base64')).toHaveLength(32);
      }
      // Two servers, the same three.
      expect(new Set(keys.map(([key]) => key?.key)).size).toBe(3);
      expect((await plan.object()).status?.encryptionKey).toBe(keys[0]?.[0]?.kid);
      for (const component of ['worker', 'postgres', 'migrate']) {
        const files = await filesOf(plan, component);
        expect(files.length).toBeGreaterThan(0);
        for (const one of files)
          expect([...one.keys()].filter((path) => /keyring|bootstrap/.test(path))).toEqual([]);
      }
    }),
  );

  it('that encrypt what users store are never made anew where there is data', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'keyrings-encryption', async (plan) => {
      await plan.converge();
      const before = await plan.credentials();
      const kid = (await plan.object()).status?.encryptionKey ?? 'none';
      const restore = await lose(plan, secretName('encryption'));
      const missing = { type: 'Ready', status: 'False', reason: 'CredentialsMissing' } as const;
      const { message } = await plan.waitForCondition(missing);
      expect(message).toContain(secretName('encryption'));
      expect(message).toContain(kid);
      await plan.settle(3000);
      expect(await plan.find('v1', 'secrets', secretName('encryption'))).toBeUndefined();
      await restore();
      await plan.waitReady();
      expect(await plan.credentials()).toEqual(before);

      // A successor of the object does not know the kid, and knows by the other keys that it was there.
      await plan.client.delete(plan.objectPath());
      await plan.waitGone();
      const again = await lose(plan, secretName('encryption'));
      await plan.createObject();
      expect((await plan.waitForCondition(missing)).message).toContain(secretName('encryption'));
      await again();
      await plan.waitReady();
      expect(await plan.credentials()).toEqual(before);
      expect((await plan.object()).status?.encryptionKey).toBe(kid);
      expect(plan.proxy.log.denied).toEqual([]);
    }),
  );

  it(
    'that lock no data are made anew under the next number, and it is said what that costs',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(tier, 'keyrings-renewed', async (plan) => {
        await plan.converge();
        const before = await plan.credentials();
        const fresh = await plan.waitForCondition({ type: 'CredentialsFresh', status: 'True' });
        expect(fresh.reason).toBe('NotRequested');
        await lose(plan, secretName('session'));
        await waitMounted(plan, secretName('session', 2));
        await lose(plan, secretName('pepper'));
        await waitMounted(plan, secretName('pepper', 2));
        const told = { type: 'CredentialsFresh', status: 'True', reason: 'CredentialsRenewed' } as const;
        expect((await plan.waitForCondition(told)).message).toMatch(/demo-pepper-keys-2 .*API keys/);
        const events = await eventually({ what: 'two Events', timeoutMs: 90_000 }, async () => {
          const notes = await renewals(plan);
          return notes.length === 2 ? notes.toSorted() : undefined;
        });
        expect(events[0]).toMatch(/demo-pepper-keys-1 .*API keys and recovery codes/);
        expect(events[1]).toMatch(/demo-session-keys-1 .*pages/);
        const { status } = await plan.object();
        expect(status?.credentials).toMatchObject({ encryptionKeys: 1, sessionKeys: 2, pepperKeys: 2 });
        const { [secretName('session')]: _, [secretName('pepper')]: __, ...kept } = before;
        expect(await plan.credentials()).toMatchObject(kept);
        await plan.settle(4000);
        expect(plan.proxy.log.denied).toEqual([]);
      }),
  );

  it(
    'are there for an external database, whose data they outlive with its object',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(tier, 'keyrings-external', async (plan) => {
        await plan.createExternalSecret(await plan.startExternalDatabase(), EXTERNAL_SECRET);
        await plan.converge({ database: externalDatabase() });
        const before = await plan.credentials();
        expect(Object.keys(before).toSorted()).toEqual(
          [BOOTSTRAP, ...KEYRINGS.map((purpose) => secretName(purpose))].toSorted(),
        );
        const restore = await lose(plan, secretName('encryption'));
        await plan.waitForCondition({ type: 'Ready', status: 'False', reason: 'CredentialsMissing' });
        await restore();
        await plan.waitReady();
        await plan.client.delete(plan.objectPath());
        await plan.waitGone();
        const again = await lose(plan, secretName('encryption'));
        await plan.createObject({ database: externalDatabase() });
        await plan.waitForCondition({ type: 'Ready', status: 'False', reason: 'CredentialsMissing' });
        await again();
        await plan.waitReady();
        expect(await plan.credentials()).toEqual(before);
      }),
  );
});

describe.concurrent('the bootstrap token', () => {
  it(
    'is made anew where its Secret is deleted, and all servers read the new one',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(tier, 'bootstrap', async (plan) => {
        await plan.converge();
        const { [BOOTSTRAP]: _, ...others } = await plan.credentials();
        const before = new Set((await podsOf(plan, 'server')).map(({ metadata }) => metadata.uid));
        const tokenIn = async (): Promise<string> =>
          decoded(await plan.client.get<Secret>(secretPath(plan, BOOTSTRAP)), 'token');
        const read = async (): Promise<(string | undefined)[]> =>
          (await filesOf(plan, 'server')).map((files) => files.get('/etc/stock-analysis/bootstrap/token'));
        const first = await tokenIn();
        expect(await read()).toEqual([first, first]);

        const restore = await lose(plan, BOOTSTRAP);
        await eventually({ what: 'another token', timeoutMs: 60_000 }, async () =>
          (await plan.find('v1', 'secrets', BOOTSTRAP)) ? true : undefined,
        );
        const second = await tokenIn();
        expect(second).toMatch(/^[\w-]{43}$/);
        expect(second).not.toBe(first);
        await eventually({ what: 'servers with the new token', timeoutMs: 120_000 }, async () =>
          (await read()).join() === [second, second].join() ? true : undefined,
        );
        await plan.waitReady();
        expect((await podsOf(plan, 'server')).filter(({ metadata }) => before.has(metadata.uid))).toEqual([]);
        expect(await renewals(plan)).toEqual([expect.stringContaining(BOOTSTRAP)]);
        expect(await plan.credentials()).toMatchObject(others);

        // Whoever puts one there by hand, with the labels, has it used: the value counts and not the Secret.
        await plan.operator.stop('SIGTERM');
        await plan.client.delete(secretPath(plan, BOOTSTRAP));
        await restore();
        await plan.operator.start();
        await eventually({ what: 'servers with the first token', timeoutMs: 120_000 }, async () =>
          (await read()).join() === [first, first].join() ? true : undefined,
        );
        await plan.waitReady();
        await plan.settle(4000);
        expect(plan.proxy.log.denied).toEqual([]);
      }),
  );
});
