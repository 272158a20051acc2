/** A PostgreSQL that somebody else runs: with roles, passwords and a certificate that the operator knows from a Secret. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, escapeLiteral } from 'pg';
import { createServerCertificate } from '../../operator/src/postgres/index.ts';
import { startPostgres, type PostgresServer } from './postgres.ts';

/** Of the Tier. */
interface Place {
  readonly postgresInstallation: string;
  readonly ledger: string;
}

const SUPERUSER_PASSWORD = 'superuser of somebody else';
/** Long enough to be recognised wherever one stands that should not. */
const PASSWORD = { app: 'their-password-of-the-app', migrator: 'their-password-of-the-migrator' };

/** Either may be what the application logs in with. */
export const APP_LOGIN = 'their_app';
export const OTHER_APP_LOGIN = 'their_other_app';

/** Name of the Secret that tells of it. */
export const EXTERNAL_SECRET = 'elsewhere';

/** What the spec of a StockAnalysis says of it. */
export const externalDatabase = (secret = EXTERNAL_SECRET): unknown => ({
  mode: 'External',
  external: { secretRef: { name: secret } },
});

export class ExternalDatabase {
  readonly #server: PostgresServer;
  readonly #ca: string;

  private constructor(server: PostgresServer, ca: string) {
    this.#server = server;
    this.#ca = ca;
  }

  static async start({ postgresInstallation, ledger }: Place, directory: string): Promise<ExternalDatabase> {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    const { ca, certificate, key } = await createServerCertificate(['localhost'], new Date());
    const server = await startPostgres({
      installation: postgresInstallation,
      ledger,
      volume: join(directory, 'volume'),
      runDirectory: join(directory, 'run'),
      superuserPassword: SUPERUSER_PASSWORD,
      config: { 'postgresql.conf': 'ssl = on\n', 'pg_hba.conf': 'hostssl all all all scram-sha-256\n' },
      tls: { 'tls.crt': certificate, 'tls.key': key, 'ca.crt': ca },
    });
    const database = new ExternalDatabase(server, ca);
    await database.#run(
      `create role their_migrator login password ${escapeLiteral(PASSWORD.migrator)}`,
      'create role app_rw',
      ...[APP_LOGIN, OTHER_APP_LOGIN].map(
        (login) => `create role ${login} login password ${escapeLiteral(PASSWORD.app)} in role app_rw`,
      ),
      'create database analysis owner their_migrator',
    );
    return database;
  }

  /** What the Secret must hold for the application. */
  appAccess(username = APP_LOGIN): Readonly<Record<string, string>> {
    return {
      host: 'localhost',
      port: String(this.#server.port),
      name: 'analysis',
      username,
      password: PASSWORD.app,
      'ca.crt': this.#ca,
    };
  }

  /** And for migrations. */
  get migratorAccess(): Readonly<Record<string, string>> {
    return { migratorUsername: 'their_migrator', migratorPassword: PASSWORD.migrator };
  }

  /** From now on the application gets in with this password alone. */
  setAppPassword(password: string): Promise<void> {
    return this.#run(`alter role ${APP_LOGIN} password ${escapeLiteral(password)}`);
  }

  async #run(...statements: readonly string[]): Promise<void> {
    const admin = new Client({
      ...{ host: '127.0.0.1', port: this.#server.port, user: 'postgres', password: SUPERUSER_PASSWORD },
      ssl: { ca: this.#ca, servername: 'localhost' },
    });
    await admin.connect();
    try {
      for (const statement of statements) await admin.query(statement);
    } finally {
      await admin.end();
    }
  }

  stop(): Promise<void> {
    return this.#server.stop('immediate');
  }
}
