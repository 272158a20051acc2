import { useLoaded } from '../forms/loaded.ts';
import { ProblemLine } from '../forms/problem-line.tsx';
import type { User } from '../session.ts';

/** The pages of the monitoring are code that few readers need, so they are fetched when somebody goes there. */
export function Monitoring({ who }: { readonly who: User }) {
  const { value, problem } = useLoaded('monitoring', () => import('./pages.tsx'));
  if (value) return <value.MonitoringPages who={who} />;
  return (
    <main class="pages" aria-busy={problem === undefined}>
      {/* Browsers remember that it failed: only a page that is loaded anew asks again. */}
      {problem && <ProblemLine problem={problem} onRetry={() => location.reload()} />}
    </main>
  );
}
