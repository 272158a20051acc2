import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { capture } from '../lib/shell.ts';
import type { Scan, Vulnerability } from './exceptions.ts';

/** What is read of `grype --output json`. */
const Report = z.object({
  matches: z.array(
    z.object({
      vulnerability: z.object({
        id: z.string(),
        severity: z.string(),
        fix: z.object({ versions: z.array(z.string()).nullish(), state: z.string() }),
      }),
      artifact: z.object({ name: z.string(), version: z.string() }),
    }),
  ),
});

/** An image to look into; `archive` is undefined when it was not built. */
export interface ScannedImage {
  readonly name: string;
  readonly archive: string | undefined;
}

const NAME = 'image scan';
/** What Debian rates lower waits for its next point release; it is counted and fails nothing. */
const SERIOUS = new Set(['critical', 'high', 'unknown']);

const notRun = (reason: string): Scan => ({ name: NAME, ran: false, reason });

/** The last line of what a program said, without its time stamps and colours. */
function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.trim().split('\n').at(-1) ?? '';
  return stripVTControlCharacters(line)
    .replace(/^\[\d+\]\s+/, '')
    .trim();
}

async function scanOne(grype: string, archive: string): Promise<Vulnerability[]> {
  const output = await capture(grype, [`docker-archive:${archive}`, '--output', 'json'], {
    endsWithUs: true,
  });
  return Report.parse(JSON.parse(output)).matches.map(({ vulnerability, artifact }) => ({
    id: vulnerability.id,
    package: artifact.name,
    version: artifact.version,
    severity: vulnerability.severity.toLowerCase(),
    title: vulnerability.fix.versions?.length
      ? `fixed in ${vulnerability.fix.versions.join(', ')}: build the images anew, or update it`
      : `no fix yet (${vulnerability.fix.state})`,
  }));
}

/**
 * grype over the archives of the images. Anything that keeps it from an answer, above all a missing or outdated
 * vulnerability database, means that it has not run.
 * @param grype the program; by default GRYPE, or `grype` on the PATH
 */
export async function imageScan(
  images: readonly ScannedImage[],
  grype = process.env['GRYPE'] ?? 'grype',
): Promise<Scan> {
  try {
    await capture(grype, ['version']);
  } catch {
    return notRun('there is no grype on the PATH, and GRYPE names none');
  }
  const found = new Map<string, Vulnerability>();
  for (const { name, archive } of images) {
    if (archive === undefined) return notRun(`the image ${name} is not built: make images`);
    try {
      for (const one of await scanOne(grype, archive))
        found.set(`${one.id} ${one.package} ${one.version}`, one);
    } catch (error) {
      return notRun(`grype gave no answer for ${name}: ${lastLine(error)}`);
    }
  }
  const serious = [...found.values()].filter(({ severity }) => SERIOUS.has(severity));
  const summary = `${images.length} images; ${found.size - serious.length} findings below high`;
  return { name: NAME, ran: true, summary, found: serious };
}
