export const STATES = ['applies', 'does not apply', 'open', 'pending'] as const;

/** What proves a row. */
export type Proof =
  /** A test, or all tests of a `describe`, by its title as it stands in the source. */
  | { readonly kind: 'test'; readonly file: string; readonly title: string }
  /** A static check of the test runner, by its name. */
  | { readonly kind: 'check'; readonly title: string }
  /** A section of a page of the documentation, by its heading. */
  | { readonly kind: 'document'; readonly file: string; readonly title: string };

export interface Row {
  readonly line: number;
  readonly id: string;
  readonly level: string;
  readonly asks: string;
  readonly how: string;
  readonly proofs: readonly Proof[];
  readonly state: string;
}

/** A row, or what is wrong with it. */
export interface Table {
  readonly rows: readonly Row[];
  readonly complaints: readonly string[];
}

const NOTHING = '–';
const CELLS = 6;
const ID = /^(V\d|API\d)/;

/** The cells of a line of a Markdown table; `\|` is a bar inside of a cell. */
function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.replaceAll(String.raw`\|`, '|').trim());
}

function proofOf(text: string): Proof | undefined {
  const test = /^`([^`]+\.test\.tsx?)` › (.+)$/.exec(text);
  if (test) return { kind: 'test', file: test[1] ?? '', title: test[2] ?? '' };
  const document = /^`([^`]+\.md)` § (.+)$/.exec(text);
  if (document) return { kind: 'document', file: document[1] ?? '', title: document[2] ?? '' };
  const check = /^check › (.+)$/.exec(text);
  return check ? { kind: 'check', title: check[1] ?? '' } : undefined;
}

/** Reads every row of every table of the page whose first cell is the id of a requirement. */
export function parseTable(page: string): Table {
  const rows: Row[] = [];
  const complaints: string[] = [];
  for (const [at, text] of page.split('\n').entries()) {
    const line = at + 1;
    const [id = '', level = '', asks = '', how = '', proof = '', state = '', ...rest] = cellsOf(text);
    if (!text.startsWith('|') || !ID.test(id)) continue;
    if (state === '' || rest.length > 0) {
      complaints.push(`line ${line}: ${id} needs ${CELLS} cells; write \\| for a bar inside of one`);
      continue;
    }
    const texts = proof === NOTHING ? [] : proof.split('<br>').map((one) => one.trim());
    const proofs = texts.map(proofOf);
    for (const [index, one] of texts.entries())
      if (proofs[index] === undefined)
        complaints.push(
          `line ${line}: ${id}: \`${one}\` is neither \`FILE.test.ts\` › TITLE, \`PAGE.md\` § HEADING, check › NAME nor ${NOTHING}`,
        );
    rows.push({ line, id, level, asks, how, proofs: proofs.filter((one) => one !== undefined), state });
  }
  return { rows, complaints };
}
