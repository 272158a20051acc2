/** Media type of CSV whose first line names the columns (RFC 7111, RFC 4180). */
export const CSV_CONTENT_TYPE = 'text/csv; charset=utf-8; header=present';

/** The first bytes of a file: without them spreadsheet programs take UTF-8 for the code page of the machine. */
export const CSV_BYTE_ORDER_MARK = '\uFEFF';

/**
 * A spreadsheet takes a cell that begins with one of these for a formula, which may send what it sees elsewhere or start
 * a program (OWASP, CSV Injection). Programs for Chinese and Japanese take the full-width forms for the same.
 */
const FORMULA = /^[\s\p{Cf}\0]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

export type CsvCell = string | number | boolean | null | undefined;

/** Text is always quoted, so that no program splits it at another separator; numbers are as they are. */
function csvCell(cell: CsvCell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell !== 'string') return String(cell);
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/**
 * One line of CSV (RFC 4180), with its line break. Text that a spreadsheet would take for a formula gets an apostrophe
 * before it: what reads the file back as data has to take it away.
 */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}
