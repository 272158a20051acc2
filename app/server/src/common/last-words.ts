import { setTimeout as sleep } from 'node:timers/promises';

type LastWords = (error: unknown) => Promise<void>;

/** What is going wrong may be what would have to tell of it. */
const LONGEST_MS = 1_000;

const speakers = new Set<LastWords>();

/** Says what is to be done when nobody has caught an error, before the process ends. */
export function onLastWords(speaker: LastWords): void {
  speakers.add(speaker);
}

export function offLastWords(speaker: LastWords): void {
  speakers.delete(speaker);
}

/**
 * For who ends the process. Never throws, and takes a second at most.
 * @returns whether there was anybody to say anything
 */
export async function lastWords(thrown: unknown): Promise<boolean> {
  const spoken = Promise.allSettled([...speakers].map(async (speaker) => speaker(thrown)));
  await Promise.race([spoken, sleep(LONGEST_MS)]);
  return speakers.size > 0;
}
