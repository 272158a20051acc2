import { Socket } from 'node:net';
import { Client, DatabaseError as ServerError, type ClientConfig } from 'pg';

export interface ConnectionOptions {
  /** Name that the certificate must carry and, without an override, that is dialled. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  /** `host:port` to dial instead, for operators outside of the cluster network; TLS still verifies `host`. */
  readonly dialAddress?: string | undefined;
  /** Where names without a schema are found, whatever was set for the role or the database. */
  readonly searchPath?: 'pg_catalog' | undefined;
}

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;

/**
 * Why the database could not be used. `unreachable`: there is no answer, or it is starting or stopping. `rejected`: a wrong
 * password. `mismatch`: it is another database. `failed`: it answers and refuses a statement.
 */
export class DatabaseError extends Error {
  readonly kind: 'unreachable' | 'rejected' | 'mismatch' | 'failed';

  constructor(kind: DatabaseError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseError';
    this.kind = kind;
  }
}

/** Runs `work` on a connection of its own over TLS with full verification, and always closes it. */
export async function withConnection<T>(
  options: ConnectionOptions,
  work: (client: Client) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const socket = socketTo(options.dialAddress);
  const client = new Client(clientConfig(options, socket));
  // A connection lost between queries is reported by the next query; without a listener it would end the process.
  client.on('error', () => undefined);
  // At once: the polite end of a client that is still connecting waits for the server, which may be a black hole.
  const abort = (): void => void socket.destroy(new Error('aborted'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    signal.throwIfAborted();
    throw explain(error, options);
  } finally {
    signal.removeEventListener('abort', abort);
    await client.end().catch(() => undefined);
  }
}

function clientConfig(options: ConnectionOptions, socket: Socket): ClientConfig {
  const { host, port, database, user, password, ca, searchPath } = options;
  return {
    host,
    port,
    database,
    user,
    password,
    application_name: 'stock-analysis-operator',
    ...(searchPath === undefined ? {} : { options: `-c search_path=${searchPath}` }),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
    keepAlive: true,
    ssl: { ca, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    stream: () => socket,
  };
}

/** A socket that connects to `address`, where there is one, whatever it is told. pg derives the TLS server name from `host`. */
function socketTo(address: string | undefined): Socket {
  const socket = new Socket();
  if (address === undefined) return socket;
  const colon = address.lastIndexOf(':');
  const target = { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
  const connect = socket.connect.bind(socket) as (target: { host: string; port: number }) => Socket;
  socket.connect = () => connect(target);
  return socket;
}

/** SQLSTATE: connection exceptions, too many connections, shutting down, starting up. */
const UNREACHABLE = /^(08|53300|57P)/;
/** SQLSTATE class 28: invalid authorization specification. */
const REJECTED = /^28/;

function explain(error: unknown, { host, port, user }: ConnectionOptions): Error {
  if (error instanceof DatabaseError || isBug(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const where = `PostgreSQL at ${host}:${port}`;
  const state = error instanceof ServerError ? (error.code ?? '') : undefined;
  if (state !== undefined && REJECTED.test(state))
    return new DatabaseError('rejected', `${where} refuses role ${user}: ${message}`, { cause: error });
  if (state !== undefined && !UNREACHABLE.test(state))
    return new DatabaseError('failed', `${where}: ${message} (SQLSTATE ${state})`, { cause: error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  return new DatabaseError('unreachable', `${where}: ${message || code || 'no answer'}`, { cause: error });
}

const isBug = (error: unknown): error is Error =>
  error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
