import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { Loaded } from '../forms/loaded.ts';
import { asProblem, ProblemError } from '../http.ts';

/** An answer that takes longer is none: what stands on the page would seem to be of now. */
const PATIENCE_MS = 10_000;

/**
 * Nobody looks for so long without a move. A session that nobody uses ends, and a page that went on asking on its own
 * would keep it for whoever finds the screen.
 */
const UNTOUCHED_MS = 2 * 3_600_000;

let touchedAt = Date.now();
/** The page has not been touched for long, and asks for nothing until it is. */
export const isPaused = signal(false);

for (const move of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'focus'] as const)
  addEventListener(
    move,
    () => {
      touchedAt = Date.now();
      isPaused.value = false;
    },
    { passive: true, capture: true },
  );

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
 * A tab that nobody sees or has touched for long asks for nothing.
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
    if (!isOver && !document.hidden) timer = setTimeout(goOn, everyMs);
  };
  const goOn = (): void => {
    if (Date.now() - touchedAt < UNTOUCHED_MS) void now();
    else isPaused.value = true;
  };
  const look = (): void => {
    if (document.hidden) clearTimeout(timer);
    else void now();
  };
  document.addEventListener('visibilitychange', look);
  addEventListener('online', look);
  // Begins it as well, for then nothing is paused: whoever came here has touched the page.
  const unsubscribe = isPaused.subscribe((paused) => {
    if (!paused) look();
  });
  return {
    now: () => void now(),
    end: () => {
      isOver = true;
      unsubscribe();
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
