/** Whoever asks for more is asked again after this time. */
const LONGEST_SECONDS = 3_600;

/** Retry-After in seconds (RFC 9110, 10.2.3: seconds or a date); undefined where it says nothing that can be used. */
export function retryAfterSeconds(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - now.getTime()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(Math.ceil(seconds), 0), LONGEST_SECONDS);
}
