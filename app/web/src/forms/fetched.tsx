import type { ComponentChildren } from 'preact';
import { useLoaded } from './loaded.ts';
import { ProblemLine } from './problem-line.tsx';

/** Shows what is in code that few readers need: it is fetched when somebody goes there. */
export function Fetched<Code>(props: {
  /** Of the code, which is the same each time. */
  readonly name: string;
  readonly fetch: () => Promise<Code>;
  readonly show: (code: Code) => ComponentChildren;
}) {
  const { value, problem } = useLoaded(props.name, props.fetch);
  if (value) return <>{props.show(value)}</>;
  return (
    <div aria-busy={problem === undefined}>
      {/* Browsers remember that it failed: only a page that is loaded anew asks again. */}
      {problem && <ProblemLine problem={problem} onRetry={() => location.reload()} />}
    </div>
  );
}
