import { useEffect, useState } from 'preact/hooks';
import type { Loaded } from '../forms/loaded.ts';
import { asProblem, ProblemError } from '../http.ts';

/** An answer that takes longer is none: what stands on the page would seem to be of now. */
const PATIENCE_MS = 10_000;

/** What is fetched again and again. With a `problem`, `value` is what was there before it, of the time `at`. */
export interface Live<T> extends Loaded<T> {
  readonly at: Date | undefined;
}

type Answer<T> = Pick<Live<T>, 'value' | 'at'> & { readonly problem?: ProblemError };

async function asked<T>(
  load: (signal: AbortSignal) => Promise<T>,
  gone: AbortSignal,
): Promise<Answer<T> | { readonly problem: ProblemError }> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    return { value: await load(AbortSignal.any([gone, patience])), at: new Date() };
  } catch (error) {
    const isLate = patience.aborted && !(error instanceof ProblemError);
    return { problem: isLate ? new ProblemError(0, 'unreachable', 'no answer in time') : asProblem(error) };
  }
}

/**
 * Calls `ask` at once, so long after each time that it ended, and when the tab is looked at again or the network is back.
 * A tab that nobody sees asks for nothing.
 * @returns ends it, and asks out of turn
 */
export function repeat(ask: () => Promise<void>, everyMs: number): { end: () => void; now: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  let isOver = false;
  const now = async (): Promise<void> => {
    clearTimeout(timer);
    if (isAsking) return;
    isAsking = true;
    await ask();
    isAsking = false;
    if (!isOver && !document.hidden) timer = setTimeout(() => void now(), everyMs);
  };
  const look = (): void => {
    if (document.hidden) clearTimeout(timer);
    else void now();
  };
  document.addEventListener('visibilitychange', look);
  addEventListener('online', look);
  void now();
  return {
    now: () => void now(),
    end: () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
      removeEventListener('online', look);
    },
  };
}

/** As `useLoaded`, and again every so many milliseconds while somebody may be looking. */
export function useLive<T>(key: string, load: (signal: AbortSignal) => Promise<T>, everyMs: number): Live<T> {
  const [state, setState] = useState<Answer<T> & { readonly key: string }>({
    key,
    value: undefined,
    at: undefined,
  });
  const [reload, setReload] = useState<() => void>(() => () => undefined);
  useEffect(() => {
    const gone = new AbortController();
    const { end, now } = repeat(async () => {
      const answer = await asked(load, gone.signal);
      if (gone.signal.aborted) return;
      setState((before) => ({
        ...(before.key === key
          ? { value: before.value, at: before.at }
          : { value: undefined, at: undefined }),
        ...answer,
        key,
      }));
    }, everyMs);
    setReload(() => now);
    return () => {
      gone.abort();
      end();
    };
    // `load` is another function each time it is drawn; what it fetches is said by the key.
  }, [key, everyMs]);
  const { value, at, problem } = state.key === key ? state : { value: undefined, at: undefined };
  return { value, at, problem, reload };
}
