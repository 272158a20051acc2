import { PackageURL } from 'packageurl-js';

/** Something that somebody else made and that is in an image. */
export interface Package {
  readonly ecosystem: 'npm' | 'debian' | 'pypi' | 'generic';
  readonly name: string;
  readonly version: string;
  /** The source package, where it has another name: Debian's licences and advisories go by it. */
  readonly source?: string;
  /** What the package says about its licence, in its own words; several where parts of it differ. */
  readonly licences: readonly string[];
  readonly hash?: { readonly algorithm: 'SHA-512' | 'SHA-256'; readonly hex: string };
  readonly purl: string;
  /** Common Platform Enumeration, where vulnerability databases go by it. */
  readonly cpe?: string;
  /** Folder in the lockfile, of an npm package. */
  readonly folder?: string;
  /** Its code or data is in files of another name. */
  readonly isAbsorbed?: boolean;
}

/** `pkg:npm/%40scope/name@1.0.0`. @param version undefined where a qualifier tells it */
export function purlOf(
  type: string,
  namespace: string | undefined,
  name: string,
  version: string | undefined,
  qualifiers?: Readonly<Record<string, string>>,
): string {
  return new PackageURL(type, namespace, name, version, qualifiers, undefined).toString();
}
