import { purlOf } from '../packages.ts';

/** `registry:5000/path/app:1.0` or `…@sha256:…` → its parts. */
export function readReference(reference: string): { repository: string; version: string } {
  const [repository = '', digest] = reference.split('@');
  const tag = /:([^/:]+)$/.exec(repository)?.[1];
  return {
    repository: tag === undefined ? repository : repository.slice(0, -tag.length - 1),
    version: digest ?? tag ?? 'latest',
  };
}

/**
 * The package URL of an image. Its version is the digest that a registry knows it by; a tag is a qualifier, and so is what
 * stands in its place where no registry has seen the image.
 */
export function imagePurl(repository: string, version: string): string {
  const name = repository.split('/').at(-1) ?? repository;
  const isDigest = version.startsWith('sha256:');
  const qualifiers = { repository_url: repository, ...(isDigest ? {} : { tag: version }) };
  return purlOf('oci', undefined, name, isDigest ? version : undefined, qualifiers);
}
