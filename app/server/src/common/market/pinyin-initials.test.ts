import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { normaliseName, pinyinInitials } from './pinyin-initials.ts';

describe('pinyinInitials', () => {
  it.each([
    ['平安银行', 'PAYH'],
    ['重庆啤酒', 'CQPJ'],
    ['重药控股', 'CYKG'],
    ['中国重工', 'ZGZG'],
    ['长安汽车', 'CAQC'],
    ['行动教育', 'XDJY'],
    ['厦门银行', 'XMYH'],
    ['西藏药业', 'XZYY'],
    ['乐山电力', 'LSDL'],
    ['成都银行', 'CDYH'],
    ['万  科Ａ', 'WKA'],
    ['*ST康美', 'STKM'],
    ['TCL科技', 'TCLKJ'],
    ['', ''],
  ])('of %s are %s', (name, initials) => {
    expect(pinyinInitials(name)).toBe(initials);
  });

  it('equal all 1,813 that the list of the sample has', () => {
    const folder = dirname(createRequire(import.meta.url).resolve('hqchart/package.json'));
    const script = readFileSync(join(folder, 'src/jscommon/umychart.testdata/symbollist_shsz.js'), 'utf8');
    const list = JSON.parse(script.slice(script.indexOf('['), script.lastIndexOf(']') + 1)) as [
      string,
      string,
      string,
      string | null,
    ][];
    const known = list.flatMap(([, name, , initials]) => (initials === null ? [] : [{ name, initials }]));
    expect(known).toHaveLength(1_813);
    const plain = (initials: string): string => initials.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
    const others = known.filter(({ name, initials }) => pinyinInitials(name) !== plain(initials));
    expect(others).toEqual([]);
  });
});

describe('normaliseName', () => {
  it('makes full-width letters plain and drops spaces', () => {
    expect(normaliseName('万  科Ａ')).toBe('万科A');
  });
});
