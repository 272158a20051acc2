import { shortened } from '../words.ts';

/** A part of a report that a feature tells. All texts are plain: whoever renders them escapes. */
export interface Section {
  readonly title: string;
  /** attention: the report says so at its beginning, in the words of `summary`. */
  readonly status: 'ok' | 'attention' | 'not-configured';
  /** One sentence. */
  readonly summary: string;
  readonly figures?: readonly { readonly label: string; readonly value: string }[];
  readonly table?: { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

/** Rows that are shown of any table; a report is read, not searched. */
const MOST_ROWS = 20;

/** Within the bounds of a report, whatever the feature gave. */
export function bounded({ title, status, summary, figures, table }: Section): Section {
  return {
    ...{ title: shortened(title), status, summary: shortened(summary) },
    ...(figures && {
      figures: figures
        .slice(0, MOST_ROWS)
        .map(({ label, value }) => ({ label: shortened(label), value: shortened(value) })),
    }),
    ...(table && {
      table: {
        columns: table.columns.map(shortened),
        rows: table.rows.slice(0, MOST_ROWS).map((row) => row.map(shortened)),
      },
    }),
  };
}
