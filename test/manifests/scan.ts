import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolPath } from '../../hack/cluster/index.ts';
import { checkov, checkovPython } from './checkov.ts';
import type { Finding, Scan } from './finding.ts';
import { kubeScore } from './kube-score.ts';
import { isWorkload, writeManifests, type ManifestSet } from './manifest-set.ts';
import { trivy } from './trivy.ts';

/** Sees to every scanner: cold this takes minutes, which belong to no test. */
export async function installScanners(): Promise<void> {
  await toolPath('kube-score');
  await toolPath('trivy-kubernetes');
  await checkovPython();
}

/** Options of a test that scans: three programs, each of which fills a core, beside whatever else runs. */
export const SCAN = { timeout: 300_000 };

const SCANNERS = { kubeScore, checkov, trivy };

/** A scanner passes over what it cannot read, and says nothing; it must have looked at whatever pods come of. */
function demandSight(sets: readonly ManifestSet[], scanner: string, { seen }: Scan): void {
  const workloads = sets.flatMap(({ name, objects }) =>
    objects.filter(isWorkload).map(({ kind, metadata }) => `${name}/${kind}/${metadata.name}`),
  );
  const missed = workloads.filter((workload) => !seen.has(workload));
  if (missed.length > 0) throw new Error(`${scanner} has not looked at ${missed.join(', ')}`);
}

/**
 * What all scanners say about the sets, each finding once.
 * @throws Error where a scanner does not come to a result
 */
export async function scan(sets: readonly ManifestSet[]): Promise<readonly Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'stock-analysis-manifests-'));
  try {
    writeManifests(folder, sets);
    const scans = await Promise.all(
      Object.entries(SCANNERS).map(async ([name, scanner]) => {
        const result = await scanner(folder);
        demandSight(sets, name, result);
        return result.findings;
      }),
    );
    const keyOf = ({ gate, object, says }: Finding): string => `${gate} ${object} ${says}`;
    return [...new Map(scans.flat().map((finding) => [keyOf(finding), finding])).values()];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
