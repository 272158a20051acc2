import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../../hack/lib/paths.ts';
import { ensurePythonProgram } from '../support/python-environment.ts';
import { objectIn } from './manifest-set.ts';
import { captureAnyway } from './program.ts';
import type { Finding, Scan } from './finding.ts';

const ROOM = join(ROOT, 'test/manifests');

const Check = z.object({ id: z.string(), name: z.string(), file: z.string() });
const Report = z.record(
  z.string(),
  z.object({ passed: z.array(Check), failed: z.array(Check), unread: z.array(z.string()) }),
);

/** A Python with Checkov, installed first when it is not there. */
export async function checkovPython(): Promise<string> {
  const requirements = join(ROOM, 'checkov-requirements.txt');
  return join(await ensurePythonProgram({ title: 'Checkov', folder: 'checkov', requirements }), 'python');
}

export async function checkov(folder: string): Promise<Scan> {
  const output = await captureAnyway(await checkovPython(), [join(ROOM, 'checkov_sets.py'), folder]);
  const sets = Object.entries(Report.parse(JSON.parse(output)));
  const unread = sets.flatMap(([, report]) => report.unread);
  if (unread.length > 0) throw new Error(`Checkov cannot read ${unread.join(', ')}`);
  const objectOf = (set: string, check: z.infer<typeof Check>): string => objectIn(join(set, check.file));
  return {
    findings: sets.flatMap(([set, { failed }]) =>
      failed.map((check): Finding => {
        return { gate: `checkov/${check.id}`, object: objectOf(set, check), says: check.name };
      }),
    ),
    seen: new Set(
      sets.flatMap(([set, { passed, failed }]) => passed.concat(failed).map((check) => objectOf(set, check))),
    ),
  };
}
