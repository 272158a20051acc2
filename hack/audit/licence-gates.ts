import type { ListedImage } from '../images/build.ts';
import { images, type Source } from '../images/catalog.ts';
import { verdictOf, type Verdict } from './gate.ts';
import { npmContent, takeInventory } from './inventory.ts';
import { judgeLicence, unusedIn, type Policy, type Use } from './licences.ts';
import { installedFolders, npmPackage } from './npm-packages.ts';
import type { Package } from './packages.ts';

/** What a package of the lockfile is used for: one whose code is in an image runs as part of ours. */
function useOf(folder: string, shipped: ReadonlySet<string>): Use {
  return shipped.has(folder) ? 'shipped' : 'tools';
}

const allOf = (source: Source): Package[] =>
  installedFolders(source.packages).map((folder) => npmPackage(source, folder));

/** The gate over every package of the lockfile. */
export function npmLicences(source: Source, policy: Policy): Verdict {
  const shipped = new Set(
    images.flatMap(({ name }) => npmContent(source, name)).map(({ folder }) => folder ?? ''),
  );
  const packages = allOf(source);
  const findings = packages.flatMap((one) => judgeLicence(one, useOf(one.folder ?? '', shipped), policy));
  return verdictOf(findings, `${packages.length} npm packages, ${shipped.size} of them in images`);
}

/** What is wrong with the Debian and Python packages of images, each package once. */
export function judgeImageLicences(packages: readonly Package[], policy: Policy): string[] {
  const unique = new Map(packages.map((one) => [one.purl, one]));
  const findings = [...unique.values()].flatMap((one) => judgeLicence(one, 'beside', policy));
  // Binary packages of one source say the same.
  return [...new Set(findings)];
}

/** The gate over what else is in the images; those that are not built could not be looked at, and then nothing is said of the whole. */
export async function imageLicences(
  source: Source,
  listed: readonly ListedImage[],
  policy: Policy,
): Promise<Verdict> {
  const inventories = [];
  for (const image of listed.filter(({ built }) => built !== undefined))
    inventories.push(await takeInventory(source, image));
  const isOther = ({ ecosystem }: Package): boolean => ecosystem === 'debian' || ecosystem === 'pypi';
  const packages = inventories.flatMap((one) => one.packages).filter(isOther);
  const absent = listed.filter(({ built }) => built === undefined).map(({ name }) => name);
  const findings = judgeImageLicences(packages, policy);
  const summary = `${new Set(packages.map(({ purl }) => purl)).size} Debian and Python packages of ${inventories.length} images`;
  // Only now is everything seen that the policy speaks of.
  if (absent.length === 0)
    return verdictOf([...findings, ...unusedIn(policy, [...allOf(source), ...packages])], summary);
  if (findings.length > 0) return verdictOf(findings, summary);
  const blind = `not built: ${absent.join(', ')} (make images)`;
  return { outcome: 'not run', reason: `${blind}; nothing wrong in ${summary}`, findings };
}
