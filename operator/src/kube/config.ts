import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadKubeconfig } from './kubeconfig.ts';

/** Bytes given directly or read from a file that may be replaced while we run. */
export type Material = { readonly data: string } | { readonly file: string };

/** How to reach and to convince one API server. */
export interface ClusterConfig {
  /** `https://host:port`, without a trailing slash. */
  readonly server: string;
  /** Default namespace of the context or of the pod. */
  readonly namespace?: string;
  readonly ca?: Material;
  readonly clientCertificate?: Material;
  readonly clientKey?: Material;
  readonly tlsServerName?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly token?: Material;
  /** Credentials from a plugin; asked again once a minute and after a 401. */
  readonly tokenCommand?: () => Promise<string | undefined>;
}

export interface LoadOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** A kubeconfig file; takes the place of KUBECONFIG. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Where the pod's service account is mounted. */
  readonly serviceAccountDir?: string;
}

const SERVICE_ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';

/** KUBECONFIG, else the pod's service account, else ~/.kube/config. Throws an Error that says what was looked for. */
export async function loadClusterConfig(options: LoadOptions = {}): Promise<ClusterConfig> {
  const env = options.env ?? process.env;
  const named = options.kubeconfig ?? env['KUBECONFIG'];
  if (named) return loadKubeconfig(named, options.context);
  const inCluster = await loadInCluster(env, options.serviceAccountDir ?? SERVICE_ACCOUNT_DIR);
  if (inCluster) return inCluster;
  const home = join(env['HOME'] ?? homedir(), '.kube', 'config');
  try {
    return await loadKubeconfig(home, options.context);
  } catch (error) {
    throw new Error(
      `no API server is configured: KUBECONFIG is not set, this is no pod with a service account token ` +
        `(${options.serviceAccountDir ?? SERVICE_ACCOUNT_DIR}), and ${home} cannot be used`,
      { cause: error },
    );
  }
}

/**
 * Written here because it is four files and two variables. The config module of @kubernetes/client-node imports its
 * whole generated API (measured: 90 MB resident memory and 0.3 s, against 30 MB for undici alone), which a pod would
 * pay for nothing.
 */
async function loadInCluster(env: NodeJS.ProcessEnv, dir: string): Promise<ClusterConfig | undefined> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  if (!host) return undefined;
  const namespace = await readFile(join(dir, 'namespace'), 'utf8').catch(() => undefined);
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: { file: join(dir, 'ca.crt') },
    token: { file: join(dir, 'token') },
    ...(namespace ? { namespace: namespace.trim() } : {}),
  };
}
