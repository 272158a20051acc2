import { createRequire } from 'node:module';
import type * as Pinyin from 'pinyin-pro';

/**
 * Names whose reading no dictionary of words can know: people read 厦 in them as in 厦门 (or 华厦眼科, Huaxia), 朝 as in
 * 朝阳 the morning sun, 乐 as in 快乐, 重 as in 重庆.
 */
const READINGS = {
  朝阳科技: 'zhāo yáng kē jì',
  华厦: 'huá xià',
  厦工: 'xià gōng',
  厦钨: 'xià wū',
  飞乐: 'fēi lè',
  重药: 'chóng yào',
};

let dictionary: typeof Pinyin | undefined;

/** Loaded when first asked: an eighth of all objects in the heap, and the server, which reads stored initials, never asks. */
function load(): typeof Pinyin {
  if (dictionary === undefined) {
    dictionary = createRequire(import.meta.url)('pinyin-pro') as typeof Pinyin;
    dictionary.customPinyin(READINGS);
  }
  return dictionary;
}

/**
 * Initials of a stock's name as terminals take them for a search: `平安银行` is `PAYH`, `万科A` is `WKA`. Characters
 * with several readings are read in their word (银行 YH, 重庆 CQ); what is neither letter, digit nor Chinese is left out.
 */
export function pinyinInitials(name: string): string {
  return load()
    .pinyin(normaliseName(name), { pattern: 'first', toneType: 'none', type: 'array' })
    .join('')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '');
}

/** Full-width letters and stray spaces of old terminals become plain ones: `万  科Ａ` is `万科A`. */
export function normaliseName(name: string): string {
  return name.normalize('NFKC').replaceAll(/\s+/g, '');
}
