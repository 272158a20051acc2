import type { ComponentChildren } from 'preact';
import type { Loaded } from './loaded.ts';
import { ProblemLine } from './problem-line.tsx';

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
      <table aria-label={props.label}>
        <thead>
          <tr>
            {props.heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {value.map((item) => (
            <tr key={props.keyOf(item)}>
              {props.cells(item).map((cell, index) => (
                <td key={props.heads[index]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
