import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Enums, Models } from '@cyclonedx/cyclonedx-library';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { listFiles } from '../../images/staging.ts';
import { purlOf } from '../packages.ts';
import { documentOf, type Subject } from './document.ts';
import { imagePurl, readReference } from './references.ts';

const Chart = z.object({
  name: z.string(),
  version: z.string(),
  annotations: z.record(z.string(), z.string()).default({}),
});

const RELATED = /^RELATED_IMAGE_/;

/** Every image that rendered manifests run, or tell the operator to run, each once and sorted. */
export function imagesIn(manifests: string): string[] {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const { image, name, value } = node as Readonly<Record<string, unknown>>;
    if (typeof image === 'string') found.add(image);
    if (typeof name === 'string' && RELATED.test(name) && typeof value === 'string') found.add(value);
    Object.values(node).forEach(visit);
  };
  for (const document of parseAllDocuments(manifests)) {
    const content: unknown = document.toJS();
    // A schema has properties called image, and runs nothing.
    const { kind } = z.object({ kind: z.string() }).parse(content);
    if (kind !== 'CustomResourceDefinition') visit(content);
  }
  return [...found].sort();
}

function imageComponent(reference: string): Models.Component {
  const { repository, version } = readReference(reference);
  const name = repository.split('/').at(-1) ?? repository;
  const purl = imagePurl(repository, version);
  return new Models.Component(Enums.ComponentType.Container, name, { bomRef: purl, version, purl });
}

/** sha256 over the path and content of every file of a chart. */
function digestOf(folder: string): string {
  const hash = createHash('sha256');
  for (const file of listFiles(folder))
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(folder, file)))
      .update('\0');
  return hash.digest('hex');
}

/**
 * The document of a chart: itself, and the images that it runs with its default values.
 * @param manifests what `helm template` makes of it
 */
export function chartDocument(folder: string, manifests: string): Promise<string> {
  const { name, version, annotations } = Chart.parse(parse(readFileSync(join(folder, 'Chart.yaml'), 'utf8')));
  const licence = annotations['artifacthub.io/license'];
  const subject: Subject = {
    type: 'application',
    name,
    version,
    purl: purlOf('helm', undefined, name, version),
    digest: digestOf(folder),
    ...(licence === undefined ? {} : { licence }),
  };
  return documentOf(
    subject,
    imagesIn(manifests).map((reference) => ({ component: imageComponent(reference) })),
  );
}
