import { KubeConfig } from '@kubernetes/client-node';
import type { RequestOptions } from 'node:https';
import type { ClusterConfig } from './config.ts';

/** What an exec or auth-provider plugin of the context gives: a token command, and a client certificate if it made one. */
export async function pluginCredentials(
  paths: readonly string[],
  context: string,
): Promise<Partial<ClusterConfig>> {
  const config = new KubeConfig();
  for (const path of paths) {
    const one = new KubeConfig();
    one.loadFromFile(path);
    config.mergeConfig(one);
  }
  config.setCurrentContext(context);
  const ask = async (): Promise<RequestOptions> => {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    return options;
  };
  const first = await ask();
  const certificate = text(first.cert);
  const key = text(first.key);
  return {
    ...(certificate ? { clientCertificate: { data: certificate } } : {}),
    ...(key ? { clientKey: { data: key } } : {}),
    tokenCommand: async () => bearer(await ask()),
  };
}

function bearer(options: RequestOptions): string | undefined {
  const value: unknown = Reflect.get(options.headers ?? {}, 'Authorization');
  return typeof value === 'string' ? value.replace(/^Bearer /, '') : undefined;
}

function text(material: unknown): string | undefined {
  if (typeof material === 'string') return material;
  return Buffer.isBuffer(material) ? material.toString('utf8') : undefined;
}
