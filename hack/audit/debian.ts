import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { purlOf, type Package } from './packages.ts';

/** What of an image tells which Debian packages are in it. */
export const isDebianFile = (path: string): boolean =>
  /^(var\/lib\/dpkg\/status|usr\/lib\/os-release|usr\/share\/doc\/[^/]+\/copyright)$/.test(path);

interface Paragraph {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Name of its source package. */
  readonly source: string;
}

/** Installed packages in a dpkg status file: paragraphs of `Field: value`, apart by an empty line. */
export function readStatus(status: string): Paragraph[] {
  return status.split(/\n\n+/).flatMap((text) => {
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}: *(.+)$`, 'm').exec(text)?.[1]?.trim();
    const [name, version, architecture] = [field('Package'), field('Version'), field('Architecture')];
    if (name === undefined || version === undefined || architecture === undefined) return [];
    if (field('Status')?.endsWith(' installed') !== true) return [];
    // `Source: gcc-14 (14.2.0-19)`
    return [{ name, version, architecture, source: field('Source')?.split(' ')[0] ?? name }];
  });
}

/**
 * Names in the `License:` fields of a machine-readable copyright file, each once; nothing where it is prose.
 * @see https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
 */
export function licencesIn(copyright: string): string[] {
  if (!/^Format(-Specification)?:.*(copyright-format|dep5)/im.test(copyright)) return [];
  const fields = copyright.matchAll(/^License:[ \t]*(.+)$/gim);
  return [...new Set([...fields].map(([, value]) => value?.trim() ?? ''))].sort();
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/**
 * The Debian packages of an extracted image. One whose copyright file is a link, which the images leave out, has that of
 * another package of the same source.
 * @param root the extracted tree
 */
export function debianPackages(root: string): Package[] {
  const status = readIfThere(join(root, 'var/lib/dpkg/status'));
  if (status === undefined)
    throw new Error('the image has no list of Debian packages (/var/lib/dpkg/status)');
  const release = /^VERSION_ID="?([^"\n]+)/m.exec(readIfThere(join(root, 'usr/lib/os-release')) ?? '')?.[1];
  const paragraphs = readStatus(status);
  const copyrightOf = ({ name }: Paragraph): string | undefined =>
    readIfThere(join(root, 'usr/share/doc', name, 'copyright'));
  return paragraphs.map((paragraph) => {
    const { name, version, architecture, source } = paragraph;
    const siblings = paragraphs.filter((one) => one.source === source);
    const copyright = [paragraph, ...siblings].map(copyrightOf).find((text) => text !== undefined);
    const qualifiers = { arch: architecture, ...(release ? { distro: `debian-${release}` } : {}) };
    return {
      ecosystem: 'debian',
      name,
      version,
      source,
      licences: copyright === undefined ? [] : licencesIn(copyright),
      purl: purlOf('deb', 'debian', name, version, qualifiers),
    };
  });
}
