import { deflateSync, inflateSync } from 'node:zlib';
import { canonicalJson } from '../../naming/index.ts';
import type { LastRollout } from '../../policies/index.ts';

/** A template and a spec have some kilobytes; what unfolds to more was never written by us. */
const LIMIT_BYTES = 2 ** 20;

/** For the annotation: compressed, because every workload of every object is kept in memory. */
export function encodeLast(last: LastRollout): string {
  return deflateSync(canonicalJson(last)).toString('base64');
}

/** Undefined where there is none, or what is there is not whole. */
export function decodeLast(text: string | undefined): LastRollout | undefined {
  if (text === undefined) return undefined;
  try {
    const bytes = inflateSync(Buffer.from(text, 'base64'), { maxOutputLength: LIMIT_BYTES });
    const value = JSON.parse(bytes.toString('utf8')) as Partial<LastRollout> | null;
    const asked = value?.asked;
    if (!asked?.spec || !asked.images || !asked.credentials || !value?.template) return undefined;
    return { asked, template: value.template };
  } catch {
    return undefined;
  }
}

/** The text that stands for `last`: what is there already, where it says the same; compressors differ. */
export function textOfLast(last: LastRollout, live: string | undefined): string {
  const known = decodeLast(live);
  return known && live !== undefined && canonicalJson(known) === canonicalJson(last)
    ? live
    : encodeLast(last);
}
