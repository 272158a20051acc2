/** A PostgreSQL that somebody else runs: the operator needs its Secret and makes no database of its own. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, inject, it } from 'vitest';
import { createServerCertificate } from '../../operator/src/postgres/index.ts';
import type { KubeObject } from '../support/kube-objects.ts';
import { OBJECT_NAME, type Plan } from '../support/plan.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';
import { eventually } from '../support/wait.ts';
import { formatRecord } from '../support/write-log.ts';

const tier = inject('tier');
const SUPERUSER = 'superuser of somebody else';

interface Elsewhere {
  readonly server: PostgresServer;
  readonly ca: string;
  setPassword(password: string): Promise<void>;
}

async function startElsewhere(plan: Plan): Promise<Elsewhere> {
  const directory = join(tier.scratch, plan.namespace, 'elsewhere');
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const { ca, certificate, key } = await createServerCertificate(['localhost'], new Date());
  const server = await startPostgres({
    installation: tier.postgresInstallation,
    ledger: tier.ledger,
    volume: join(directory, 'volume'),
    runDirectory: join(directory, 'run'),
    superuserPassword: SUPERUSER,
    config: { 'postgresql.conf': 'ssl = on\n', 'pg_hba.conf': 'hostssl all all all scram-sha-256\n' },
    tls: { 'tls.crt': certificate, 'tls.key': key, 'ca.crt': ca },
  });
  const query = async (...statements: string[]): Promise<void> => {
    const ssl = { ca, servername: 'localhost' };
    const admin = new Client({
      host: '127.0.0.1',
      port: server.port,
      user: 'postgres',
      password: SUPERUSER,
      ssl,
    });
    await admin.connect();
    for (const statement of statements) await admin.query(statement);
    await admin.end();
  };
  await query(
    `create role their_migrator login password 'm'; create role app_rw; create role their_app login password 'a' in role app_rw`,
    'create database analysis owner their_migrator',
  );
  const setPassword = (password: string): Promise<void> =>
    query(`alter role their_app password '${password}'`);
  return { server, ca, setPassword };
}

/** A visit of a steady object takes what the watch says to be the newest version. */
async function readsNothingWhenSteady(plan: Plan): Promise<void> {
  await plan.settle(4000);
  const since = plan.proxy.log.records.length;
  // Somebody else's label has the object visited.
  await plan.client.patch(plan.objectPath(), { metadata: { labels: { 'example.org/visit': 'now' } } });
  await plan.settle(4000);
  expect(
    plan.proxy.log.records
      .slice(since)
      .filter(({ kind }) => kind !== 'lease')
      .map(formatRecord),
  ).toEqual([]);
}

const appSecrets = async (plan: Plan): Promise<readonly string[]> =>
  (await plan.list<KubeObject>('v1', 'secrets'))
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith(`${OBJECT_NAME}-database-app-`));

async function rollsOutANewPassword(plan: Plan, elsewhere: Elsewhere): Promise<void> {
  const before = await appSecrets(plan);
  await elsewhere.setPassword('b');
  const started = performance.now();
  await plan.client.patch(plan.path('v1', 'secrets', 'elsewhere'), { stringData: { password: 'b' } });
  await eventually(
    { what: 'a Secret with the new password', timeoutMs: 20_000 },
    async () => (await appSecrets(plan)).some((name) => !before.includes(name)) || undefined,
  );
  expect(performance.now() - started).toBeLessThan(5000);
  await plan.settle();
  await plan.waitReady();
}

it('waits for the Secret, then becomes ready without a database of its own', { timeout: SLOT_TEST_MS }, () =>
  withPlan(tier, 'external', async (plan) => {
    const elsewhere = await startElsewhere(plan);
    const { server, ca } = elsewhere;
    try {
      await plan.operator.start();
      await plan.createObject({
        database: { mode: 'External', external: { secretRef: { name: 'elsewhere' } } },
      });
      const missing = await plan.waitForCondition({
        type: 'Ready',
        status: 'False',
        reason: 'SecretMissing',
      });
      expect(missing.message).toContain('elsewhere');
      const access = {
        host: 'localhost',
        port: String(server.port),
        name: 'analysis',
        username: 'their_app',
        password: 'a',
        'ca.crt': ca,
      };
      const secrets = plan.path('v1', 'secrets');
      await plan.client.create(secrets, { metadata: { name: 'elsewhere' }, stringData: access });
      const invalid = await plan.waitForCondition({
        type: 'Ready',
        status: 'False',
        reason: 'SecretInvalid',
      });
      expect(invalid.message).toContain('migratorUsername');
      const migrator = { migratorUsername: 'their_migrator', migratorPassword: 'm' };
      await plan.client.patch(`${secrets}/elsewhere`, { stringData: migrator });
      await plan.waitReady();
      for (const [group, resource] of [
        ['apps/v1', 'statefulsets'],
        ['v1', 'persistentvolumeclaims'],
      ] as const) {
        expect(await plan.list<KubeObject>(group, resource)).toEqual([]);
      }
      await readsNothingWhenSteady(plan);
      await rollsOutANewPassword(plan, elsewhere);
      expect(plan.proxy.log.denied).toEqual([]);
    } finally {
      await server.stop('immediate');
    }
  }),
);
