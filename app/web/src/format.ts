/** Chinese number words: 12345678 → 1234.57万, 2037648384 → 20.38亿. */
export function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e12) return `${(value / 1e12).toFixed(2)}万亿`;
  if (size >= 1e8) return `${(value / 1e8).toFixed(2)}亿`;
  if (size >= 1e4) return `${(value / 1e4).toFixed(2)}万`;
  return String(Math.round(value * 100) / 100);
}

/** With its sign: 1.818 → +1.82, −0 → 0.00. */
export function signed(value: number, digits = 2): string {
  const text = value.toFixed(digits);
  if (Number(text) === 0) return (0).toFixed(digits);
  return value > 0 ? `+${text}` : text;
}

export function price(value: number | string): string {
  return Number(value).toFixed(2);
}

/** Which way a number points; what has no direction is `flat`. */
export function direction(value: number): 'up' | 'down' | 'flat' {
  if (value > 0) return 'up';
  return value < 0 ? 'down' : 'flat';
}

/** A civil date some months earlier; a day that the month lacks becomes the month's last one. */
export function monthsBefore(date: string, months: number): string {
  const [year = 1970, month = 1, day = 1] = date.split('-').map(Number);
  const first = new Date(Date.UTC(year, month - 1 - months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(day, last));
  return first.toISOString().slice(0, 10);
}

const ACTIONS: Readonly<Record<string, string>> = {
  buy: '买入',
  add: '增持',
  hold: '持有',
  reduce: '减持',
  sell: '卖出',
  watch: '观望',
};

export const actionText = (action: string): string => ACTIONS[action] ?? action;

const SOURCES: Readonly<Record<string, string>> = { sample: '样本数据' };

export const sourceText = (source: string): string => SOURCES[source] ?? source;
