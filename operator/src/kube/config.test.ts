import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadClusterConfig } from './config.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'config-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function kubeconfig(user: string, extra = ''): Promise<string> {
  const file = join(dir, 'kubeconfig');
  await writeFile(
    file,
    `
apiVersion: v1
kind: Config
current-context: here
clusters:
  - name: one
    cluster: { server: 'https://127.0.0.1:6443/', certificate-authority-data: ${base64('CA')}, tls-server-name: api ${extra} }
contexts:
  - name: here
    context: { cluster: one, user: me, namespace: mine }
  - name: broken
    context: { cluster: none, user: me }
users:
  - name: me
    user: ${user}
`,
  );
  return file;
}

describe('in a pod', () => {
  const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443', HOME: '/nonexistent' };

  it('uses the service account that is mounted', async () => {
    await writeFile(join(dir, 'namespace'), 'pods\n');
    expect(await loadClusterConfig({ env, serviceAccountDir: dir })).toEqual({
      server: 'https://10.0.0.1:443',
      namespace: 'pods',
      ca: { file: join(dir, 'ca.crt') },
      token: { file: join(dir, 'token') },
    });
  });

  it('brackets an IPv6 address', async () => {
    const config = await loadClusterConfig({
      env: { ...env, KUBERNETES_SERVICE_HOST: 'fd00::1' },
      serviceAccountDir: dir,
    });
    expect(config.server).toBe('https://[fd00::1]:443');
  });
});

describe('with a kubeconfig', () => {
  it('reads inline certificates and relative files', async () => {
    const KUBECONFIG = await kubeconfig(
      `{ client-certificate-data: ${base64('CERT')}, client-key: keys/me.key }`,
    );
    expect(await loadClusterConfig({ env: { KUBECONFIG } })).toEqual({
      server: 'https://127.0.0.1:6443',
      namespace: 'mine',
      ca: { data: 'CA' },
      tlsServerName: 'api',
      clientCertificate: { data: 'CERT' },
      clientKey: { file: join(dir, 'keys/me.key') },
    });
  });

  it('prefers a token file over the token beside it', async () => {
    const KUBECONFIG = await kubeconfig('{ token: old, tokenFile: token }');
    expect(await loadClusterConfig({ env: { KUBECONFIG } })).toMatchObject({
      token: { file: join(dir, 'token') },
    });
  });

  it('leaves credential plugins to the Kubernetes client', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'from-plugin' },
    };
    const script = join(dir, 'plugin.cjs');
    await writeFile(script, `process.stdout.write(${JSON.stringify(JSON.stringify(credential))})`);
    const KUBECONFIG = await kubeconfig(
      `{ exec: { apiVersion: client.authentication.k8s.io/v1, command: ${process.execPath}, args: [${script}], interactiveMode: Never } }`,
    );
    const config = await loadClusterConfig({ env: { KUBECONFIG } });
    expect(await config.tokenCommand?.()).toBe('from-plugin');
  });

  it('finds the one at home', async () => {
    await mkdir(join(dir, '.kube'));
    await rename(await kubeconfig('{ token: t }'), join(dir, '.kube', 'config'));
    expect(await loadClusterConfig({ env: { HOME: dir } })).toMatchObject({ token: { data: 't' } });
  });

  it('names the file that it cannot take, and shows nothing of what is in it', async () => {
    const none = join(dir, 'none');
    await expect(loadClusterConfig({ env: { KUBECONFIG: none } })).rejects.toThrow(
      `kubeconfig ${none} cannot be read: there is no such file`,
    );
    await expect(loadClusterConfig({ env: {}, kubeconfig: dir })).rejects.toThrow(
      `kubeconfig ${dir} cannot be read: EISDIR`,
    );
    const broken = join(dir, 'broken');
    await writeFile(broken, 'users: [{ name: me, user: { token: hidden }');
    await expect(loadClusterConfig({ env: { KUBECONFIG: broken } })).rejects.toThrow(
      // The end of the message, too.
      /^kubeconfig \S+broken is not YAML: Flow map [^\n]+ at line 1, column \d+$/u,
    );
  });

  it('says what is missing', async () => {
    const KUBECONFIG = await kubeconfig('{ token: t }');
    await expect(loadClusterConfig({ env: { KUBECONFIG }, context: 'broken' })).rejects.toThrow(
      'names cluster none, which has no server',
    );
    await expect(loadClusterConfig({ env: { KUBECONFIG }, context: 'nowhere' })).rejects.toThrow(
      'context nowhere is not in the file',
    );
    await expect(loadClusterConfig({ env: { HOME: dir } })).rejects.toThrow('no API server is configured');
  });
});
