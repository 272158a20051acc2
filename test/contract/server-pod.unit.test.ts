/** What the operator mounts into a server is what a server reads: two programs that know nothing of each other. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  loadConfiguration,
  type Configuration,
} from '../../app/server/src/common/configuration/configuration.ts';
import type { StockAnalysisSpecInput } from '../../operator/src/api/index.ts';
import { generateMaterial } from '../../operator/src/controllers/stockanalysis/material.ts';
import { KEYRING_PURPOSES, PATH } from '../../operator/src/naming/index.ts';
import {
  bootstrapTokenSecret,
  builtInAccess,
  credentialSecret,
  databaseSecret,
  serverConfig,
  serverDeployment,
  tracingOf,
  type Manifest,
  type Target,
} from '../../operator/src/resources/index.ts';
import { AKTOOLS_SPEC, FULL_SPEC, testTarget } from '../../operator/src/resources/testing/target.ts';

const NUMBERS = { encryptionKeys: 1, sessionKeys: 2, pepperKeys: 3 };
const TOKEN = 'the token of the first administrator';

interface Source {
  readonly name?: string;
  readonly secretName?: string;
  readonly items?: readonly { readonly key: string; readonly path: string }[];
}
interface Volume {
  readonly name: string;
  readonly secret?: Source;
  readonly configMap?: Source;
  readonly projected?: { readonly sources: readonly { readonly secret: Source }[] };
}
interface PodSpec {
  readonly containers: readonly [
    {
      readonly env: readonly { readonly name: string; readonly value: string }[];
      readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
    },
  ];
  readonly volumes: readonly Volume[];
}

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'server-pod-'));
});
afterEach(() => rmSync(root, { recursive: true }));

async function generated(target: Target): Promise<Manifest[]> {
  const secrets = KEYRING_PURPOSES.map(async (purpose) =>
    credentialSecret(target, purpose, NUMBERS[purpose], await generateMaterial(purpose, target, new Date(0))),
  );
  return Promise.all(secrets);
}

/** Content of a ConfigMap or Secret by key. */
function contentOf({ kind, data }: Manifest): [string, string][] {
  const texts: Record<string, string> = JSON.parse(JSON.stringify(data));
  const decode = (text: string): string =>
    kind === 'Secret' ? Buffer.from(text, 'base64').toString('utf8') : text;
  return Object.entries(texts).map(([key, text]) => [key, decode(text)]);
}

/** As a kubelet does it, below `root`. */
function layOut(volume: Volume, mountPath: string, objects: readonly Manifest[]): void {
  const { secret, configMap, projected } = volume;
  const sources = [secret, configMap, ...(projected?.sources ?? []).map((one) => one.secret)];
  for (const source of sources.filter((one) => one !== undefined)) {
    const name = source.secretName ?? source.name;
    const object = objects.find(({ metadata }) => metadata.name === name);
    if (!object) throw new Error(`${name} is mounted and not made`);
    for (const [key, text] of contentOf(object)) {
      const path = source.items ? source.items.find((item) => item.key === key)?.path : key;
      if (path === undefined) continue;
      const file = join(root, mountPath, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
}

/** What the server of such an object reads at its start. */
async function readBy(spec: StockAnalysisSpecInput, headers?: string): Promise<Configuration> {
  const target = testTarget(spec);
  const tracing = tracingOf(target, spec?.monitoring?.tracing !== undefined, headers);
  const config = serverConfig(target, tracing);
  const access = databaseSecret(
    target,
    'database-app',
    builtInAccess(target, { username: 'app_a', password: 'p' }, 'CA'),
  );
  const token = bootstrapTokenSecret(target, TOKEN);
  const manifest: { spec: { template: { spec: PodSpec } } } = JSON.parse(
    JSON.stringify(
      serverDeployment(target, {
        configMap: config.metadata.name,
        databaseSecret: access.metadata.name,
        bootstrapSecret: token.metadata.name,
        tracingSecret: tracing.secret?.metadata.name,
        keyrings: NUMBERS,
      }),
    ),
  );
  const { containers, volumes } = manifest.spec.template.spec;
  const [{ env, volumeMounts }] = containers;
  const secret = tracing.secret ? [tracing.secret] : [];
  const objects = [config, access, token, ...secret, ...(await generated(target))];
  for (const { name, mountPath } of volumeMounts) {
    const volume = volumes.find((one) => one.name === name);
    if (volume) layOut(volume, mountPath, objects);
  }
  const etc = dirname(PATH.configDirectory);
  const environment = env.map(({ name, value }) => [name, value.startsWith(etc) ? join(root, value) : value]);
  return loadConfiguration('server', Object.fromEntries(environment));
}

it('a server reads token and keyrings', async () => {
  const { bootstrapToken, keyrings } = await readBy({});
  expect(bootstrapToken).toBe(TOKEN);
  const keys = [keyrings?.encryption, keyrings?.session, keyrings?.pepper].map((keyring) => keyring?.active);
  expect(keys.map((key) => key?.key.length)).toEqual([32, 32, 32]);
  expect(new Set(keys.map((key) => key?.kid)).size).toBe(3);
});

it('a server reads every member of spec.security, and has its own defaults for what is left out', async () => {
  const { security } = await readBy(FULL_SPEC);
  const { bodyLimit: _, ...members } = FULL_SPEC?.security ?? {};
  expect(security).toEqual({ ...members, bodyLimitBytes: 1536 });
  const absent = (await readBy({})).security;
  expect((await readBy({ security: {} })).security).toEqual(absent);
  expect(absent).toMatchObject({ anonymousReading: true, secondFactor: 'Administrators', forceHTTPS: false });
  const some = await readBy({ security: { rateLimit: { loginPerMinute: 5 } } });
  expect(some.security).toEqual({ ...absent, rateLimit: { ...absent.rateLimit, loginPerMinute: 5 } });
});

it.each([
  ['Sample', FULL_SPEC],
  ['AKTools', AKTOOLS_SPEC],
])('a server reads where market data of %s comes from', async (provider, spec) => {
  const { marketData } = await readBy(spec);
  expect(marketData).toMatchObject({ provider, symbols: spec?.marketData?.symbols });
});

it('a server reads how much it logs, when reports are made, and where its traces go with which headers', async () => {
  const endpoint = 'https://otel.example/v1/traces';
  const reports = {
    ...{ enabled: false, daily: '30 7 * * 1-5', weekly: '0 7 * * MON', timeZone: 'UTC', keepDays: 30 },
  };
  const tracing = { endpoint, sampleRatio: '0.25', headersSecretRef: { name: 'otel' } };
  const spec: StockAnalysisSpecInput = {
    logging: { level: 'debug' },
    monitoring: { slo: { availability: '99.95' }, reports, errors: { keepDays: 7 }, tracing },
  };
  const read = await readBy(spec, 'Authorization: Bearer t\n');
  expect(read.logLevel).toBe('debug');
  expect(read.monitoring.reports).toEqual({ ...reports, availability: 99.95 });
  expect(read.monitoring.errors).toEqual({ keepDays: 7 });
  expect(read.tracing).toEqual({
    ...{ endpoint, sampleRatio: 0.25 },
    headers: { authorization: 'Bearer t' },
  });
  const absent = await readBy({});
  expect(absent.logLevel).toBe('info');
  expect(absent.tracing).toBeUndefined();
  expect(absent.monitoring.reports).toMatchObject({ enabled: true, availability: 99.9 });
});
