import type { ComponentChildren } from 'preact';
import type { Loaded } from './loaded.ts';
import { ProblemLine } from './problem-line.tsx';

/** Text that others chose, in a cell: long words break, so that they push no other column out of sight. */
export function Free({ title, children }: { readonly title?: string; readonly children: ComponentChildren }) {
  return (
    <span class="free" title={title}>
      {children}
    </span>
  );
}

/** A table of what was fetched: it says that it is being fetched, that there is nothing, or what went wrong. */
export function List<T>(props: {
  readonly label: string;
  readonly heads: readonly string[];
  readonly loaded: Loaded<readonly T[]>;
  readonly empty: string;
  readonly keyOf: (item: T) => string;
  /** The cells of a row. */
  readonly cells: (item: T) => readonly ComponentChildren[];
}) {
  const { value, problem, reload } = props.loaded;
  if (problem) return <ProblemLine problem={problem} onRetry={reload} />;
  if (value === undefined) return <p class="minor">加载中…</p>;
  if (value.length === 0) return <p class="minor">{props.empty}</p>;
  return (
    <div class="scroll">
      {/* On a narrow page a row is a list of named values (accounts.css), and browsers forget what a table was by its style: so its roles are said. */}
      <table role="table" aria-label={props.label}>
        <thead role="rowgroup">
          <tr role="row">
            {props.heads.map((head) => (
              <th key={head} scope="col" role="columnheader">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {value.map((item) => (
            <tr key={props.keyOf(item)} role="row">
              {props.cells(item).map((cell, index) => (
                <td key={props.heads[index]} role="cell" data-head={props.heads[index]}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
