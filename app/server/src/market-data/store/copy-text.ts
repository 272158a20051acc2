/** One field of COPY's text format; null and undefined are NULL. */
export type CopyField = string | number | boolean | null | undefined;

const HAS_SPECIAL = /[\\\t\n\r]/;
const SPECIAL = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function field(value: CopyField): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value !== 'string') return String(value);
  // Nearly no value has any, and a load writes millions.
  if (!HAS_SPECIAL.test(value)) return value;
  return value.replaceAll(SPECIAL, (special) => ESCAPES[special] ?? special);
}

/** Lines are handed over in pieces of about this many characters: one write per row would cost more than the row. */
const PIECE = 65_536;

/** Rows in COPY's text format. Numbers travel in their shortest exact form, so that no float reaches a numeric column. */
export function* copyText(rows: Iterable<readonly CopyField[]>): Generator<string> {
  let piece = '';
  for (const row of rows) {
    let separator = '';
    for (const value of row) {
      piece += separator + field(value);
      separator = '\t';
    }
    piece += '\n';
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
