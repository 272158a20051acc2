const began = performance.now();

/** One line of progress on standard error, with the time since the start. */
export function say(text: string): void {
  console.error(`[${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s] ${text}`);
}
