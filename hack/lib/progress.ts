const started = performance.now();
let last = '';

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(0)} s`;

/** One line with the time since the program began, on standard error: standard output is for results. */
export function say(text: string): void {
  console.error(`[${seconds(started).padStart(6)}] ${text}`);
}

/** Says a state only when it differs from the one said before. */
export function sayOnChange(text: string): void {
  if (text === last) return;
  last = text;
  say(text);
}

/** Runs one long step: says that it starts, that it still runs every 30 s, and how long it took. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  say(what);
  const beat = setInterval(() => say(`  … ${what}: ${seconds(begun)} so far`), 30_000);
  try {
    const result = await work();
    if (performance.now() - begun > 2000) say(`  done in ${seconds(begun)}: ${what}`);
    return result;
  } finally {
    clearInterval(beat);
  }
}
