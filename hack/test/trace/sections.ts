const HEADING = /^#+ +(.+?) *$/;

/** The text between a heading of a Markdown page and the next heading; undefined where there is no such heading. */
export function sectionIn(page: string, heading: string): string | undefined {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => HEADING.exec(line)?.[1] === heading);
  if (start < 0) return undefined;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => HEADING.test(line));
  return rest.slice(0, end < 0 ? undefined : end).join('\n');
}
