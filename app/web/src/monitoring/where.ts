/** The pages of the monitoring, in the order in which they are offered. */
export const SECTIONS = [
  'health',
  'charts',
  'alerts',
  'silences',
  'rules',
  'deliveries',
  'errors',
  'slow',
  'log-level',
  'reports',
] as const;
export type Section = (typeof SECTIONS)[number];

/** Which page of the monitoring, which of its objects, and what of them. */
export interface Where {
  readonly section: Section;
  readonly id?: string | undefined;
  readonly query?: Readonly<Record<string, string | undefined>>;
}

const isSection = (text: string): text is Section => (SECTIONS as readonly string[]).includes(text);

export interface Read extends Required<Where> {
  /** The page that the address names, where there is none of that name. */
  readonly unknown: string | undefined;
}

/** What is unknown is the first page: an old link still leads to the monitoring. */
export function readWhere(hash: string): Read {
  const [path = '', query = ''] = hash.slice(1).split('?', 2);
  const [, name = '', id] = path.split('/');
  return {
    section: isSection(name) ? name : 'health',
    unknown: isSection(name) || name === '' ? undefined : decoded(name),
    id: id === undefined || id === '' ? undefined : decoded(id),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The fragment of a link to it, without what is not given. */
export function writeWhere({ section, id, query = {} }: Where): string {
  const given = Object.entries(query).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  const path = ['#monitoring', ...(section === 'health' ? [] : [section])];
  if (id !== undefined) path.push(encodeURIComponent(id));
  const text = new URLSearchParams(given).toString();
  return path.join('/') + (text === '' ? '' : `?${text}`);
}
