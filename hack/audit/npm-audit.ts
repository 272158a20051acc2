import { z } from 'zod';
import { capture } from '../lib/shell.ts';
import type { Scan, Vulnerability } from './exceptions.ts';

const Advisory = z.object({
  name: z.string(),
  title: z.string(),
  url: z.string(),
  severity: z.string(),
  range: z.string(),
});

/** What is read of `npm audit --json`, report version 2. A package that only needs a bad one has its name in `via`. */
const Report = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(z.string(), z.object({ via: z.array(z.union([z.string(), Advisory])) })),
  metadata: z.object({ dependencies: z.object({ total: z.number() }) }),
});

/** What npm prints instead when the registry does not answer the question. */
const Failure = z.object({ message: z.string().optional(), statusCode: z.number().optional() });

const NAME = 'npm audit';

function vulnerabilitiesIn(report: z.infer<typeof Report>): Vulnerability[] {
  const advisories = Object.values(report.vulnerabilities)
    .flatMap(({ via }) => via)
    .filter((one) => typeof one !== 'string');
  const unique = new Map(advisories.map((one) => [`${one.name} ${one.url}`, one]));
  return [...unique.values()].map(({ name, title, url, severity, range }) => ({
    id: url.split('/').at(-1) ?? url,
    package: name,
    version: range,
    severity,
    title,
  }));
}

/** @param output what `npm audit --json` printed, however it ended */
export function readNpmAudit(output: string): Scan {
  const parsed: unknown = JSON.parse(output);
  const report = Report.safeParse(parsed);
  if (report.success) {
    const { total } = report.data.metadata.dependencies;
    return { name: NAME, ran: true, summary: `${total} packages`, found: vulnerabilitiesIn(report.data) };
  }
  const { message, statusCode } = Failure.parse(parsed);
  const answer = statusCode === undefined ? (message ?? 'it gave no reason') : `it answers ${statusCode}`;
  return { name: NAME, ran: false, reason: `the registry takes no audit requests: ${answer}` };
}

/** The advisories of the registry for every package of the lockfile. */
export async function npmAudit(root: string, env: NodeJS.ProcessEnv = {}): Promise<Scan> {
  // Its exit code says the same as its report, and also when there is none.
  const output = await capture('sh', ['-c', 'npm audit --json || true'], { cwd: root, env });
  if (output.trim() === '') return { name: NAME, ran: false, reason: 'npm audit printed nothing' };
  return readNpmAudit(output);
}
