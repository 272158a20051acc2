import type { Models } from '@cyclonedx/cyclonedx-library';
import { requirementsOf, type LockPackages } from '../../images/lockfile.ts';
import type { Inventory } from '../inventory.ts';
import type { Policy } from '../licences.ts';
import { componentOf, documentOf, type Part } from './document.ts';
import { imagePurl, readReference } from './references.ts';

/** The packages as components, each npm package with those that it needs. */
export function partsOf({ packages }: Inventory, locked: LockPackages, policy: Policy): Part[] {
  const made = packages.map((one) => ({ one, component: componentOf(one, policy) }));
  const byFolder = new Map<string | undefined, Models.Component>(
    made.map(({ one, component }) => [one.folder, component]),
  );
  return made.map(({ one: { folder, isAbsorbed }, component }) => {
    // Of a package that is there in part, what it would need is not.
    if (folder === undefined || isAbsorbed === true) return { component };
    const needs = requirementsOf(locked, folder).flatMap((path) => byFolder.get(path) ?? []);
    return { component, needs };
  });
}

/** The document of an image. */
export function imageDocument(inventory: Inventory, locked: LockPackages, policy: Policy): Promise<string> {
  const { image, ref, id, created } = inventory;
  const { repository, version } = readReference(ref);
  const subject = {
    type: 'container',
    name: `stock-analysis/${image}`,
    version,
    purl: imagePurl(repository, version),
    created,
    digest: id,
  } as const;
  return documentOf(subject, partsOf(inventory, locked, policy));
}
