import { z } from 'zod';
import { Day, Reason, readData } from './data.ts';
import { verdictOf, type Verdict } from './gate.ts';

/** Six months: what is accepted is looked at again. */
const LONGEST_DAYS = 184;
const DAY_MS = 86_400_000;

const SCANS = ['npm audit', 'image scan'] as const;
/** A scan whose findings can be excepted. */
export type ScanName = (typeof SCANS)[number];

const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS;

const Exception = z
  .strictObject({
    /** `CVE-…`, `GHSA-…`: as the scan prints it */
    id: z.string().min(1),
    scan: z.enum(SCANS),
    package: z.string().min(1),
    reason: Reason,
    date: Day,
    expires: Day,
  })
  .refine(
    ({ date, expires }) => daysBetween(date, expires) > 0 && daysBetween(date, expires) <= LONGEST_DAYS,
    `expires must lie at most ${LONGEST_DAYS} days after date`,
  );
export type Exception = z.infer<typeof Exception>;

export const Exceptions = z.array(Exception);

export interface Vulnerability {
  readonly id: string;
  readonly package: string;
  readonly version: string;
  readonly severity: string;
  /** What it is, and what helps. */
  readonly title: string;
}

/** What one scan looked at and found, or why it could not. */
export type Scan =
  | { readonly name: ScanName; readonly ran: false; readonly reason: string }
  | {
      readonly name: ScanName;
      readonly ran: true;
      readonly summary: string;
      readonly found: readonly Vulnerability[];
    };

const excepts = (exception: Exception, scan: Scan, { id, package: name }: Vulnerability): boolean =>
  exception.scan === scan.name && exception.id === id && exception.package === name;

/** The scan's own line: what it found and no valid exception covers. */
export function judgeScan(scan: Scan, exceptions: readonly Exception[], day: string): Verdict {
  if (!scan.ran) return { outcome: 'not run', reason: scan.reason, findings: [] };
  const valid = exceptions.filter(({ expires }) => expires >= day);
  const open = scan.found.filter((one) => !valid.some((exception) => excepts(exception, scan, one)));
  const lines = open.map(
    ({ id, package: name, version, severity, title }) => `${id} ${severity} in ${name} ${version}: ${title}`,
  );
  const excepted = scan.found.length - open.length;
  return verdictOf(lines, excepted === 0 ? scan.summary : `${scan.summary}, ${excepted} excepted`);
}

/** The exceptions' own line: each must still be valid and, where its scan ran, still cover something. */
export function judgeExceptions(
  exceptions: readonly Exception[],
  scans: readonly Scan[],
  day: string,
): Verdict {
  const findings = exceptions.flatMap((exception) => {
    const subject = `${exception.id} of ${exception.package}`;
    if (exception.date > day) return [`${subject} is dated ${exception.date}, which is yet to come`];
    if (exception.expires < day)
      return [`${subject} expired on ${exception.expires}: update the package, or decide and date it anew`];
    const scan = scans.find(({ name }) => name === exception.scan);
    const isUnused = scan?.ran === true && !scan.found.some((one) => excepts(exception, scan, one));
    return isUnused ? [`${subject} excepts nothing that ${scan.name} found: remove it`] : [];
  });
  const unseen = scans.filter((scan) => !scan.ran).map(({ name }) => name);
  const caveat =
    unseen.length === 0 ? '' : `; whether those of ${unseen.join(' and ')} are used is not known`;
  return verdictOf(findings, `${exceptions.length} in hack/audit/exceptions.yaml${caveat}`);
}

export const readExceptions = (folder?: string): Exception[] =>
  readData('exceptions.yaml', Exceptions, folder);
