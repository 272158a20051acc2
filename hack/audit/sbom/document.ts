import { createHash } from 'node:crypto';
import { Contrib, Enums, Models, Serialize, Spec, Validation } from '@cyclonedx/cyclonedx-library';
import parse from 'spdx-expression-parse';
import { readLicence, type Policy } from '../licences.ts';
import type { Package } from '../packages.ts';

/** What a document is about. */
export interface Subject {
  readonly type: 'container' | 'application';
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  /** RFC 3339; left out where nothing dates the subject. */
  readonly created?: string;
  /** sha256 of an image's configuration (its id), or of a chart's files */
  readonly digest: string;
  /** SPDX expression */
  readonly licence?: string;
}

/** A component and what it needs, by its place in the document. */
export interface Part {
  readonly component: Models.Component;
  readonly needs?: readonly Models.Component[];
}

const licences = new Contrib.License.Factories.LicenseFactory(parse);
const VERSION = Spec.Version.v1dot6;

/** CycloneDX takes one expression or a list of licences, not both; Debian's files are a list. */
function licencesOf(one: Package, policy: Policy): Models.LicenseRepository {
  const { expressions, named, unknown } = readLicence(one, policy);
  const [first, ...others] = [...expressions, ...named, ...unknown];
  if (first === undefined) return new Models.LicenseRepository();
  const made =
    others.length === 0
      ? [licences.makeFromString(first)]
      : [first, ...others].map((text) => licences.makeDisjunctive(text));
  return new Models.LicenseRepository(made);
}

/** A package as a component; where it lies in the tree, and that only its content is in the image, are properties. */
export function componentOf(one: Package, policy: Policy): Models.Component {
  const [group, name = one.name] = one.name.startsWith('@') ? one.name.split('/') : [];
  const properties = [
    ...(one.folder === undefined ? [] : [new Models.Property('cdx:npm:package:path', one.folder)]),
    ...(one.source === undefined || one.source === one.name
      ? []
      : [new Models.Property('stock-analysis:debian:source', one.source)]),
    ...(one.isAbsorbed === true ? [new Models.Property('stock-analysis:placement', 'absorbed')] : []),
  ];
  return new Models.Component(
    one.ecosystem === 'generic' ? Enums.ComponentType.Platform : Enums.ComponentType.Library,
    name,
    {
      // One package may lie in two places of the tree.
      bomRef: one.folder === undefined ? one.purl : `${one.purl}#${one.folder}`,
      version: one.version,
      purl: one.purl,
      licenses: licencesOf(one, policy),
      properties: new Models.PropertyRepository(properties),
      ...(group === undefined ? {} : { group }),
      ...(one.cpe === undefined ? {} : { cpe: one.cpe }),
      ...(one.hash ? { hashes: new Models.HashDictionary([[algorithmOf(one.hash), one.hash.hex]]) } : {}),
    },
  );
}

const algorithmOf = ({ algorithm }: NonNullable<Package['hash']>): Enums.HashAlgorithm =>
  algorithm === 'SHA-512' ? Enums.HashAlgorithm['SHA-512'] : Enums.HashAlgorithm['SHA-256'];

/** A UUID that says the same of the same digest, so that the same image has the same document. */
export function serialNumberOf(digest: string): string {
  const bytes = createHash('sha256').update(`stock-analysis sbom ${digest}`).digest().subarray(0, 16);
  // Version 8 (RFC 9562: a hash of one's own choice) and its variant.
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `urn:uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}`;
}

function subjectComponent({ type, name, version, purl, digest, licence }: Subject): Models.Component {
  const kind = type === 'container' ? Enums.ComponentType.Container : Enums.ComponentType.Application;
  return new Models.Component(kind, name, {
    bomRef: purl,
    version,
    purl,
    properties: new Models.PropertyRepository([new Models.Property('stock-analysis:sha256', digest)]),
    ...(licence === undefined
      ? {}
      : { licenses: new Models.LicenseRepository([licences.makeFromString(licence)]) }),
  });
}

/**
 * A CycloneDX 1.6 document in JSON, always the same for the same input.
 * @throws Error when it does not follow the schema
 */
export async function documentOf(subject: Subject, parts: readonly Part[]): Promise<string> {
  const about = subjectComponent(subject);
  for (const { component, needs = [] } of parts) {
    about.dependencies.add(component.bomRef);
    for (const need of needs) component.dependencies.add(need.bomRef);
  }
  const metadata = new Models.Metadata({ component: about });
  if (subject.created !== undefined) metadata.timestamp = new Date(subject.created);
  const bom = new Models.Bom({
    metadata,
    serialNumber: serialNumberOf(subject.digest),
    components: new Models.ComponentRepository(parts.map(({ component }) => component)),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  const text = `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
  await requireValid(subject.name, text);
  return text;
}

/** @throws Error naming what in a document does not follow the schema of CycloneDX 1.6 */
export async function requireValid(name: string, text: string): Promise<void> {
  const error: unknown = await new Validation.JsonStrictValidator(VERSION).validate(text);
  if (error !== null)
    throw new Error(`the SBOM of ${name} does not follow CycloneDX ${VERSION}: ${JSON.stringify(error)}`);
}
