/** A PostgreSQL that somebody else runs: the operator needs its Secret and makes no database of its own. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, inject, it } from 'vitest';
import { createServerCertificate } from '../../operator/src/postgres/index.ts';
import type { KubeObject } from '../support/kube-objects.ts';
import type { Plan } from '../support/plan.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';

const tier = inject('tier');
const SUPERUSER = 'superuser of somebody else';

interface Elsewhere {
  readonly server: PostgresServer;
  readonly ca: string;
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
  const admin = new Client({
    host: '127.0.0.1',
    port: server.port,
    user: 'postgres',
    password: SUPERUSER,
    ssl: { ca, servername: 'localhost' },
  });
  await admin.connect();
  await admin.query(
    `create role their_migrator login password 'm'; create role app_rw; create role their_app login password 'a' in role app_rw`,
  );
  await admin.query('create database analysis owner their_migrator');
  await admin.end();
  return { server, ca };
}

it('waits for the Secret, then becomes ready without a database of its own', { timeout: SLOT_TEST_MS }, () =>
  withPlan(tier, 'external', async (plan) => {
    const { server, ca } = await startElsewhere(plan);
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
      expect(plan.proxy.log.denied).toEqual([]);
    } finally {
      await server.stop('immediate');
    }
  }),
);
