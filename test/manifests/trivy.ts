import { z } from 'zod';
import { toolPath } from '../../hack/cluster/index.ts';
import { objectIn } from './manifest-set.ts';
import { captureAnyway } from './program.ts';
import type { Finding, Scan } from './finding.ts';

const Results = z.array(
  z.object({ id: z.string(), file: z.string(), passed: z.boolean(), says: z.string() }),
);

export async function trivy(folder: string): Promise<Scan> {
  const results = Results.parse(
    JSON.parse(await captureAnyway(await toolPath('trivy-kubernetes'), [folder])),
  );
  return {
    findings: results
      .filter(({ passed }) => !passed)
      .map(({ id, file, says }): Finding => ({ gate: `trivy/${id}`, object: objectIn(file), says })),
    seen: new Set(results.map(({ file }) => objectIn(file))),
  };
}
