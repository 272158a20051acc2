import { readFile } from 'node:fs/promises';
import { delimiter, dirname, resolve } from 'node:path';
import type { ClusterConfig, Material } from './config.ts';

/** An entry of one of the three lists, and the folder its relative files start from. */
interface Entry<T> {
  readonly name: string;
  readonly value: T;
  readonly dir: string;
}

interface Cluster {
  readonly server?: string;
  readonly 'certificate-authority'?: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'tls-server-name'?: string;
  readonly 'proxy-url'?: string;
}

interface User {
  readonly 'client-certificate'?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key'?: string;
  readonly 'client-key-data'?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly exec?: unknown;
  readonly 'auth-provider'?: unknown;
  readonly username?: string;
}

interface Context {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly clusters: readonly Entry<Cluster>[];
  readonly users: readonly Entry<User>[];
  readonly contexts: readonly Entry<Context>[];
}

/**
 * Reads one kubeconfig file or a list of them as in KUBECONFIG; the first entry of a name wins. Static credentials
 * (certificates, tokens, token files) are read here; credential plugins are left to @kubernetes/client-node, imported
 * only then because it costs 90 MB of memory.
 */
export async function loadKubeconfig(files: string, contextName?: string): Promise<ClusterConfig> {
  const paths = files.split(delimiter).filter(Boolean);
  const config = merge(await Promise.all(paths.map(readOne)));
  const wanted = contextName ?? config.currentContext;
  const found = config.contexts.find((entry) => entry.name === wanted);
  if (!found) throw new Error(`${files}: context ${wanted ?? '(none is current)'} is not in the file`);
  const cluster = config.clusters.find((entry) => entry.name === found.value.cluster);
  const user = config.users.find((entry) => entry.name === found.value.user);
  if (!cluster?.value.server) {
    throw new Error(
      `${files}: context ${found.name} names cluster ${found.value.cluster ?? '(none)'}, which has no server`,
    );
  }
  const base = {
    ...clusterPart(cluster.value, cluster.dir),
    ...(found.value.namespace ? { namespace: found.value.namespace } : {}),
  };
  if (cluster.value['proxy-url'])
    throw new Error(`${files}: cluster ${cluster.name}: proxy-url is not supported`);
  if (!user) return base;
  if (user.value.exec ?? user.value['auth-provider']) {
    const { pluginCredentials } = await import('./kubeconfig-plugin.ts');
    return { ...base, ...(await pluginCredentials(paths, found.name)) };
  }
  if (user.value.username)
    throw new Error(`${files}: user ${user.name}: Kubernetes knows no basic authentication any more`);
  return { ...base, ...userPart(user.value, user.dir) };
}

async function readOne(path: string): Promise<Kubeconfig> {
  const { parse } = await import('yaml');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Error(`kubeconfig ${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  });
  const document = parsed(path, () => parse(text) as Record<string, unknown> | null);
  if (typeof document !== 'object' || document === null) throw new Error(`${path}: not a kubeconfig`);
  const dir = dirname(resolve(path));
  const list = <T>(member: string, field: string): Entry<T>[] => {
    const entries: unknown = document[member];
    if (!Array.isArray(entries)) return [];
    return (entries as Record<string, unknown>[]).map((entry) => ({
      name: String(entry['name']),
      value: (entry[field] ?? {}) as T,
      dir,
    }));
  };
  const current = document['current-context'];
  return {
    currentContext: typeof current === 'string' && current ? current : undefined,
    clusters: list('clusters', 'cluster'),
    users: list('users', 'user'),
    contexts: list('contexts', 'context'),
  };
}

function parsed<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new Error(`kubeconfig ${path} is not YAML: ${reasonOf(error)}`, { cause: error });
  }
}

/** In one line. The YAML library shows the place below its words, where there may be a secret. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'ENOENT') return 'there is no such file';
  return error.message.split('\n', 1)[0]?.replace(/:$/u, '') ?? '';
}

function merge(configs: readonly Kubeconfig[]): Kubeconfig {
  return {
    currentContext: configs.map((each) => each.currentContext).find((name) => name !== undefined),
    clusters: configs.flatMap((each) => each.clusters),
    users: configs.flatMap((each) => each.users),
    contexts: configs.flatMap((each) => each.contexts),
  };
}

function clusterPart(cluster: Cluster, dir: string): ClusterConfig {
  const ca = material(cluster['certificate-authority-data'], cluster['certificate-authority'], dir);
  const tlsServerName = cluster['tls-server-name'];
  return {
    server: (cluster.server ?? '').replace(/\/+$/, ''),
    ...(ca ? { ca } : {}),
    ...(tlsServerName ? { tlsServerName } : {}),
    ...(cluster['insecure-skip-tls-verify'] ? { insecureSkipTlsVerify: true } : {}),
  };
}

function userPart(user: User, dir: string): Partial<ClusterConfig> {
  const clientCertificate = material(user['client-certificate-data'], user['client-certificate'], dir);
  const clientKey = material(user['client-key-data'], user['client-key'], dir);
  // As in client-go, the file wins over the token beside it: it is the one that is renewed.
  const token: Material | undefined = user.tokenFile
    ? { file: resolve(dir, user.tokenFile) }
    : user.token
      ? { data: user.token }
      : undefined;
  return {
    ...(clientCertificate ? { clientCertificate } : {}),
    ...(clientKey ? { clientKey } : {}),
    ...(token ? { token } : {}),
  };
}

/** Inline data (base64) wins over a file; relative files are relative to the kubeconfig. */
function material(data: string | undefined, file: string | undefined, dir: string): Material | undefined {
  if (data) return { data: Buffer.from(data, 'base64').toString('utf8') };
  return file ? { file: resolve(dir, file) } : undefined;
}
