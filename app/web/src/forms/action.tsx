import { useState } from 'preact/hooks';
import { asProblem, type ProblemError } from '../http.ts';
import { ProblemLine, type ProblemTexts } from './problem-line.tsx';

/** A button that asks the server for something at once; what went wrong stands below it. */
export function ActionButton(props: {
  readonly text: string;
  /** Where the text alone does not say of what, as in a row of a list. */
  readonly label?: string;
  readonly onPress: () => Promise<void>;
  readonly texts?: ProblemTexts;
}) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemError | undefined>(undefined);
  const press = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await props.onPress();
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button
        type="button"
        class="plain"
        {...(props.label === undefined ? {} : { 'aria-label': props.label })}
        aria-disabled={isBusy}
        onClick={() => {
          if (!isBusy) void press();
        }}
      >
        {props.text}
      </button>
      {problem && <ProblemLine problem={problem} {...(props.texts ? { texts: props.texts } : {})} />}
    </>
  );
}
