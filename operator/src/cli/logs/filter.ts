import { isRecord } from '../../kube/index.ts';
import { LEVELS, type Entry, type Level } from './entry.ts';

export interface Wanted {
  readonly namespace: string;
  readonly name: string;
  readonly level?: Level | undefined;
  readonly grep?: string | undefined;
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
}

const rank = (level: Level): number => LEVELS.indexOf(level);

/** The operator looks after others as well; of its own affairs it writes without a name. */
function isAboutObject({ origin, fields }: Entry, { namespace, name }: Wanted): boolean {
  if (origin.component !== 'operator') return true;
  return fields?.['namespace'] === namespace && fields['name'] === name;
}

/** By the field where there are fields, else anywhere in the text. */
function mentions({ fields, text, more }: Entry, names: readonly string[], id: string): boolean {
  if (!fields) return [text, ...more].some((line) => line.includes(id));
  const nested = isRecord(fields['req']) ? fields['req']['id'] : undefined;
  return names.some((name) => fields[name] === id) || nested === id;
}

/** What nobody can tell the severity of is shown: it may be the last word of a process that died. */
export function isWanted(entry: Entry, wanted: Wanted): boolean {
  const { level, grep, requestId, traceId } = wanted;
  if (!isAboutObject(entry, wanted)) return false;
  if (level && entry.level && rank(entry.level) < rank(level)) return false;
  if (requestId !== undefined && !mentions(entry, ['requestId', 'reqId'], requestId)) return false;
  if (traceId !== undefined && !mentions(entry, ['traceId', 'trace_id'], traceId)) return false;
  return grep === undefined || [entry.text, ...entry.more].some((line) => line.includes(grep));
}
