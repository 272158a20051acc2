import { cpSync, mkdtempSync, readFileSync, rmSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../../lib/paths.ts';
import { chartDocument, imagesIn } from './chart.ts';
import { imagePurl, readReference } from './references.ts';

const CHART = join(ROOT, 'charts/stock-analysis-operator');
// `helm template` of the chart, which `make generate` keeps.
const MANIFESTS = readFileSync(join(ROOT, 'manifests/install.yaml'), 'utf8');
const Document = z.object({
  serialNumber: z.string(),
  metadata: z.object({ component: z.object({ name: z.string(), version: z.string() }) }),
  components: z.array(z.object({ type: z.string(), name: z.string() })),
});

describe('chartDocument', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chart-'));
    cpSync(CHART, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = async (): Promise<z.infer<typeof Document>> =>
    Document.parse(JSON.parse(await chartDocument(folder, MANIFESTS)));

  it('names the chart and every image that it runs or has run', async () => {
    const { metadata, components } = await read();
    expect(metadata.component).toEqual({ name: 'stock-analysis-operator', version: '0.1.0' });
    expect(components).toEqual(
      ['aktools', 'app', 'operator', 'postgres', 'sample-data'].map((name) => ({ type: 'container', name })),
    );
  });

  it('is another document when a file of the chart is another', async () => {
    const before = await read();
    appendFileSync(join(folder, 'templates/NOTES.txt'), 'more');
    expect((await read()).serialNumber).not.toBe(before.serialNumber);
  });
});

describe('imagesIn', () => {
  const pod = (image: string): string =>
    JSON.stringify({ kind: 'Pod', spec: { initContainers: [{ image }] } });

  it('finds images of pods and of the environment, each once', () => {
    const environment = JSON.stringify({
      kind: 'Deployment',
      env: [
        { name: 'RELATED_IMAGE_APP', value: 'app:1' },
        { name: 'LOG_LEVEL', value: 'info' },
      ],
    });
    expect(imagesIn([pod('b:1'), pod('b:1'), environment].join('\n---\n'))).toEqual(['app:1', 'b:1']);
  });

  it('takes no property of a schema for an image', () => {
    const crd = { kind: 'CustomResourceDefinition', spec: { properties: { image: 'a description' } } };
    expect(imagesIn(JSON.stringify(crd))).toEqual([]);
  });
});

describe('references', () => {
  it.each([
    ['app', 'app', 'latest', 'pkg:oci/app?repository_url=app&tag=latest'],
    [
      'host:5000/a/app',
      'host:5000/a/app',
      'latest',
      'pkg:oci/app?repository_url=host%3A5000%2Fa%2Fapp&tag=latest',
    ],
    ['host:5000/app:1.0', 'host:5000/app', '1.0', 'pkg:oci/app?repository_url=host%3A5000%2Fapp&tag=1.0'],
    ['host/app:1.0@sha256:0a', 'host/app', 'sha256:0a', 'pkg:oci/app@sha256:0a?repository_url=host%2Fapp'],
  ])('%s', (reference, repository, version, purl) => {
    expect(readReference(reference)).toEqual({ repository, version });
    expect(imagePurl(repository, version)).toBe(purl);
  });
});
