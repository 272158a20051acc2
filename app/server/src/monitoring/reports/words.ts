const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export const whole = (value: number): string => grouped.format(value);

/** `1 load`, `1,200 loads`. */
export function counted(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Of a share, 0 to 1. Cut and not rounded: only what is whole is 100 %. */
export function percent(share: number): string {
  const digits = share >= 0.999 && share < 1 ? 3 : 2;
  const scale = 10 ** digits;
  // 0.9995 * 100 is a little less than it is: what is lost in the last binary digits is no loss of availability.
  const cut = Math.floor(share * 100 * scale + 1e-6) / scale;
  return `${cut} %`;
}

/** `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`. */
export function duration(seconds: number): string {
  const rounded = Math.round(seconds);
  if (rounded < MINUTE) return `${rounded} s`;
  const of = (big: number, bigName: string, small: number, smallName: string): string => {
    const rest = Math.floor((rounded % big) / small);
    return `${Math.floor(rounded / big)} ${bigName}${rest > 0 ? ` ${rest} ${smallName}` : ''}`;
  };
  if (rounded < HOUR) return of(MINUTE, 'min', 1, 's');
  return rounded < DAY ? of(HOUR, 'h', MINUTE, 'min') : of(DAY, 'd', HOUR, 'h');
}

/** `4.2 ms`, `180 ms`, `1.25 s`. */
export function latency(seconds: number): string {
  const ms = seconds * 1000;
  if (ms < 10) return `${trimmed(ms, 1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${trimmed(seconds, 2)} s`;
}

/** Decimal units, as disks are sold and as Kubernetes writes them without an i. */
export function bytes(count: number): string {
  const size = Math.abs(count);
  const power = size < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(size) / 3));
  return `${trimmed(count / 1000 ** power, power === 0 ? 0 : 1)} ${UNITS[power] ?? 'B'}`;
}

function trimmed(value: number, digits: number): string {
  return Number(value.toFixed(digits)).toString();
}

interface WordsOfTime {
  /** `25 Nov 2026, 08:15` */
  readonly instant: (at: number) => string;
  /** `08:15` */
  readonly time: (at: number) => string;
  /** `Wed 25 Nov` */
  readonly day: (at: number) => string;
}

/** Times as a clock of the zone shows them. @param at milliseconds since 1970 */
export function wordsOfTime(timeZone: string): WordsOfTime {
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const;
  const time = new Intl.DateTimeFormat('en-GB', clock);
  const instant = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    ...clock,
  });
  const day = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone,
  });
  return {
    instant: (at) => instant.format(at),
    time: (at) => time.format(at),
    day: (at) => day.format(at).replace(',', ''),
  };
}

const LONGEST = 300;

/** A report is read and not searched: of a long text the beginning tells enough. */
export function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1).toWellFormed()}…` : text.toWellFormed();
}
