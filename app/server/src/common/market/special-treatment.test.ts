import { expect, it } from 'vitest';
import { isSpecialTreatment } from './special-treatment.ts';

it.each(['ST中安', '*ST宝实', '＊ＳＴ全筑', 'S*ST前锋', 'SST天海', 'XD*ST海越'])(
  'knows %s by its name',
  (name) => {
    expect(isSpecialTreatment(name)).toBe(true);
  },
);

it.each(['平安银行', 'TCL科技', 'N信通', '退市碳元', '中国ST'])('is not misled by %s', (name) => {
  expect(isSpecialTreatment(name)).toBe(false);
});
