import { DATABASE, PATH, PORT } from '../naming/index.ts';
import { COMPUTE, computeOf, shareOfMemory } from './compute.ts';
import { contentAddressed } from './database-secrets.ts';
import type { Manifest, Target } from './manifest.ts';

/** Settings that are ours alone: files, TLS, authentication, durability. No parameter of the spec reaches them. */
const OWNED: readonly (readonly [string, string])[] = [
  ['listen_addresses', "'*'"],
  ['port', String(PORT.postgres)],
  ['unix_socket_directories', `'${PATH.postgresSocket}'`],
  ['hba_file', `'${PATH.postgresConfig}/pg_hba.conf'`],
  ['ssl', 'on'],
  ['ssl_cert_file', `'${PATH.postgresTls}/tls.crt'`],
  ['ssl_key_file', `'${PATH.postgresTls}/tls.key'`],
  ['ssl_min_protocol_version', "'TLSv1.2'"],
  ['password_encryption', "'scram-sha-256'"],
  ['fsync', 'on'],
  ['full_page_writes', 'on'],
  ['synchronous_commit', 'on'],
  ['logging_collector', 'off'],
  ['log_destination', "'stderr'"],
  ['log_line_prefix', "'%m [%p] %q%u@%d '"],
  ['timezone', "'UTC'"],
  ['log_timezone', "'UTC'"],
];

function tuning(target: Target): [string, string][] {
  const builtIn = target.spec.database.builtIn;
  const memory = computeOf(builtIn?.resources, COMPUTE.postgres).limits.memory;
  const settings: Record<string, string> = {
    max_connections: '100',
    shared_buffers: shareOfMemory(memory, 0.25),
    effective_cache_size: shareOfMemory(memory, 0.5),
    maintenance_work_mem: shareOfMemory(memory, 1 / 16),
    log_checkpoints: 'off',
    log_lock_waits: 'on',
    idle_in_transaction_session_timeout: '5min',
    ...builtIn?.parameters,
  };
  return Object.entries(settings)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, `'${value.replaceAll("'", "''")}'`]);
}

/** pg_hba.conf: TLS and SCRAM for everybody; the socket inside the pod asks for the password as well. */
const HBA = [
  '# type  database  user  address  method',
  'local   all       all            scram-sha-256',
  'hostssl all       all   all      scram-sha-256',
  `hostnossl all     all   all      reject`,
  '',
].join('\n');

/** postgresql.conf and pg_hba.conf of the built-in server. */
export function postgresConfig(target: Target): Manifest {
  const lines = [...tuning(target), ...OWNED].map(([name, value]) => `${name} = ${value}`);
  return contentAddressed(target, 'postgres-config', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    data: {
      'postgresql.conf': `# Database ${DATABASE.name}; written by the operator.\n${lines.join('\n')}\n`,
      'pg_hba.conf': HBA,
    },
  });
}
