/** The kernel's flat tables of `name value` lines; values that are no numbers are left out. */
export function flatKeyed(text: string): ReadonlyMap<string, number> {
  const entries = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name = '', value = ''] = line.trim().split(/[ \t]+/);
    if (/^\d+$/.test(value)) entries.set(name.replace(/:$/, ''), Number(value));
  }
  return entries;
}

/** The number that is all of a file; undefined for `max`, -1 and everything that is no count. */
export function countOf(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  return /^\d+$/.test(trimmed) ? Number(trimmed) : undefined;
}
