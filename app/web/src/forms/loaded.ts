import { useEffect, useState } from 'preact/hooks';
import { asProblem, type ProblemError } from '../http.ts';

export interface Loaded<T> {
  /** undefined: not yet, or not at all, see `problem`. What was there before stays while it is fetched anew. */
  readonly value: T | undefined;
  readonly problem: ProblemError | undefined;
  readonly reload: () => void;
}

/** Fetches when first shown, whenever `key` changes and when asked; what came for another key is never shown. */
export function useLoaded<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; value?: T; problem?: ProblemError }>({ key });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const fetchAnew = async (): Promise<void> => {
      const answer = await load(signal).then(
        (value) => ({ value }),
        (error: unknown) => ({ problem: asProblem(error) }),
      );
      if (!signal.aborted) setState({ key, ...answer });
    };
    void fetchAnew();
    return () => controller.abort();
    // `load` is another function each time it is drawn; what it fetches is said by the key.
  }, [key, attempt]);
  const isOfKey = state.key === key;
  return {
    value: isOfKey ? state.value : undefined,
    problem: isOfKey ? state.problem : undefined,
    reload: () => setAttempt((before) => before + 1),
  };
}
