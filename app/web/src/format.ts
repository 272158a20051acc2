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

/** Says of which day a close is where that is another than the one shown: 2026-03-04 → 03-04 收盘. */
export function otherDayText(date: string, shown: string): string {
  if (date === shown) return '';
  return `${date.slice(0, 4) === shown.slice(0, 4) ? date.slice(5) : date} 收盘`;
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

const SOURCES: Readonly<Record<string, string>> = { sample: '样本数据', aktools: 'AKTools' };

export const sourceText = (source: string): string => SOURCES[source] ?? source;

const ADJUSTS = { none: '不复权', qfq: '前复权', hfq: '后复权' } as const;

export const adjustText = (adjust: keyof typeof ADJUSTS): string => ADJUSTS[adjust];

const PERIODS = { daily: '日线', weekly: '周线', monthly: '月线' } as const;

export const periodText = (period: keyof typeof PERIODS): string => PERIODS[period];

/** An instant by the reader's clock, with its date: what waits may wait overnight. */
export const instantText = (instant: string): string =>
  new Date(instant).toLocaleString('zh-CN', { dateStyle: 'short', timeStyle: 'medium' });

const BOARDS: Readonly<Record<string, string>> = {
  main: '主板',
  chinext: '创业板',
  star: '科创板',
  bse: '北交所',
  'b-share': 'B 股',
  index: '指数',
};

/** Empty for a board that the platform does not know. */
export const boardText = (board: string): string => BOARDS[board] ?? '';

/** What a refusal means and what helps, by the kind of the problem and its status. */
const PROBLEMS: Readonly<Record<string, readonly [title: string, advice: string]>> = {
  unreachable: ['无法连接服务器', '请检查网络，稍后重试。'],
  unavailable: ['服务暂时不可用', '数据库或服务器正忙，请稍后重试。'],
  'not-loaded': ['尚未载入行情', '当前数据来源还没有载入这只股票，请稍后重试，或换一只。'],
  'factors-unknown': ['除权除息资料未知', '这只股票不能复权，请选择不复权。'],
  'invalid-parameter': ['请求的参数有误', '请在上方搜索代码、名称或拼音。'],
  'not-found': ['没有找到', '请在上方搜索代码、名称或拼音。'],
  conflict: ['与现状冲突', '内容可能已经改变，请核对后再试。'],
  unauthorized: ['需要登录', '请先登录。'],
  forbidden: ['没有权限', '您的角色不能这样做，请告诉管理员。'],
  'csrf-token': ['页面已过期', '请刷新页面后再试。'],
  'step-up-required': ['需要重新输入密码', '没有输入密码，操作没有执行。'],
  'password-change-required': ['需要更换密码', '密码由他人设置，更换之后才能继续。'],
  'second-factor-setup-required': ['需要先启用第二因素', '请在账户页启用，之后才能继续。'],
  'second-factor-unreadable': [
    '第二因素无法核对',
    '平台丢失了核对它所需的密钥。请管理员移除您的第二因素，之后重新启用。',
  ],
  'too-many-requests': ['请求过于频繁', '请稍后再试。'],
  page: ['页面出错', '请刷新页面；若仍然失败，请告诉管理员。'],
};

interface ProblemFacts {
  readonly kind: string;
  readonly status: number;
  readonly retryAfterSeconds?: number | undefined;
}

/** How long to wait, never less than it is: 90 → 90 秒, 150 → 3 分钟. */
export const waitText = (seconds: number): string =>
  seconds <= 120 ? `${Math.ceil(seconds)} 秒` : `${Math.ceil(seconds / 60)} 分钟`;

export function problemText({ kind, status, retryAfterSeconds }: ProblemFacts): {
  readonly title: string;
  readonly advice: string;
} {
  const [title, advice] = PROBLEMS[kind] ?? [
    `服务器返回 ${status}`,
    '请重试；若仍然失败，请把请求编号告诉管理员。',
  ];
  if (status === 429 && retryAfterSeconds !== undefined)
    return { title, advice: `请在 ${waitText(retryAfterSeconds)}后再试。` };
  return { title, advice };
}

/** 10派7.19元 送2股 转3股 配1股: terms per ten shares, as announcements have them. */
export function termsText(terms: {
  readonly cashPerShare: number;
  readonly bonusPerShare: number;
  readonly conversionPerShare: number;
  readonly rightsPerShare: number;
}): string {
  const perTen = (value: number): string => String(Math.round(value * 1e7) / 1e6);
  const parts = [
    [terms.cashPerShare, (value: string) => `派${value}元`],
    [terms.bonusPerShare, (value: string) => `送${value}股`],
    [terms.conversionPerShare, (value: string) => `转${value}股`],
    [terms.rightsPerShare, (value: string) => `配${value}股`],
  ] as const;
  const given = parts.filter(([value]) => value > 0).map(([value, text]) => text(perTen(value)));
  return given.length > 0 ? `10${given.join(' ')}` : '除权除息';
}
