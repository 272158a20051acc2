import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { toolPath } from '../../hack/cluster/index.ts';
import { captureAnyway } from './program.ts';
import type { Finding, Scan } from './finding.ts';

/** Off by default; the other optional ones ask for requests equal to limits, which wastes what idle pods do not use. */
const OPTIONAL = ['container-seccomp-profile', 'container-ports-check'];
/** Of the cluster that the tests run: what is deprecated depends on it, and kube-score stays at 1.18 by itself. */
const KUBERNETES = 'v1.34';
/** Grade of a check that has nothing to say. */
const ALL_OK = 10;

const Report = z.array(
  z.object({
    type_meta: z.object({ kind: z.string() }),
    object_meta: z.object({ name: z.string() }),
    checks: z.array(
      z.object({
        check: z.object({ id: z.string() }),
        grade: z.number(),
        skipped: z.boolean(),
        comments: z.array(z.object({ path: z.string(), summary: z.string() })).nullable(),
      }),
    ),
  }),
);

/** One run per set, since kube-score looks for the PodDisruptionBudget or NetworkPolicy of a pod in everything it is given. */
export async function kubeScore(folder: string): Promise<Scan> {
  const program = await toolPath('kube-score');
  const sets = readdirSync(folder).toSorted();
  const scans = await Promise.all(sets.map((set) => scoreSet(program, folder, set)));
  return {
    findings: scans.flatMap(({ findings }) => findings),
    seen: new Set(scans.flatMap(({ seen }) => Array.from(seen))),
  };
}

async function scoreSet(program: string, folder: string, set: string): Promise<Scan> {
  const files = readdirSync(join(folder, set), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => join(folder, set, file));
  const optional = OPTIONAL.flatMap((id) => ['--enable-optional-test', id]);
  const asked = ['--kubernetes-version', KUBERNETES, '--output-format', 'json', ...optional];
  const output = await captureAnyway(program, ['score', ...asked, ...files]);
  const seen = new Set<string>();
  const findings: Finding[] = [];
  // `null` where it knows none of the kinds.
  for (const { type_meta, object_meta, checks } of Report.parse(JSON.parse(output) ?? [])) {
    const object = `${set}/${type_meta.kind}/${object_meta.name}`;
    seen.add(object);
    for (const { check, grade, skipped, comments } of checks) {
      if (skipped || grade >= ALL_OK) continue;
      const says = (comments ?? []).map(({ path, summary }) =>
        path === '' ? summary : `${path}: ${summary}`,
      );
      findings.push({ gate: `kube-score/${check.id}`, object, says: says.join('; ') });
    }
  }
  return { findings, seen };
}
