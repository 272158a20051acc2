import { useState } from 'preact/hooks';

/** Cursors of a list that only tells where the next page begins: the way back is kept here. */
export function usePages(): {
  /** undefined: the first page. */
  readonly cursor: string | undefined;
  readonly forth: (next: string) => void;
  readonly back: (() => void) | undefined;
  readonly reset: () => void;
} {
  const [visited, setVisited] = useState<readonly string[]>([]);
  return {
    cursor: visited.at(-1),
    forth: (next) => setVisited([...visited, next]),
    back: visited.length === 0 ? undefined : () => setVisited(visited.slice(0, -1)),
    reset: () => setVisited([]),
  };
}

export function PageButtons(props: {
  readonly label: string;
  readonly back: (() => void) | undefined;
  readonly forth: (() => void) | undefined;
}) {
  if (!props.back && !props.forth) return null;
  return (
    <nav class="actions" aria-label={props.label}>
      <button type="button" class="plain" disabled={!props.back} onClick={props.back}>
        上一页
      </button>
      <button type="button" class="plain" disabled={!props.forth} onClick={props.forth}>
        下一页
      </button>
    </nav>
  );
}
