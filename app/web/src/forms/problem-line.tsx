import { problemText } from '../format.ts';
import type { ProblemError } from '../http.ts';
import { fieldText } from './field-text.ts';

/** Of these the server has nothing to say that a reader could use. */
const SAID: ReadonlySet<string> = new Set([
  'unauthorized',
  'csrf-token',
  'step-up-required',
  'password-change-required',
  'second-factor-setup-required',
  'second-factor-unreadable',
  'too-many-requests',
]);

export type ProblemTexts = Readonly<Record<string, string>>;

/** Why a request was refused and what helps. What only the server can say stands there in its own words. */
export function ProblemLine(props: {
  readonly problem: ProblemError;
  readonly texts?: ProblemTexts;
  readonly onRetry?: (() => void) | undefined;
}) {
  const { problem, texts, onRetry } = props;
  const named = problem.errors.map(({ detail }) => fieldText(detail).text).join('；');
  const own = texts?.[problem.kind] ?? (named || undefined);
  const { title, advice } = problemText(problem);
  const says = own === undefined && problem.status >= 400 && problem.status < 500 && !SAID.has(problem.kind);
  return (
    <p class="problem" role="alert">
      {own ?? `${title}。${advice}`}
      {says && problem.message !== '' && (
        <>
          {' '}
          <q lang="en">{problem.message}</q>
        </>
      )}
      {problem.requestId && problem.status >= 500 && ` 请求编号 ${problem.requestId}`}
      {onRetry && (
        <button type="button" class="again" onClick={onRetry}>
          重试
        </button>
      )}
    </p>
  );
}
