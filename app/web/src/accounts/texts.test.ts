import { describe, expect, it } from 'vitest';
import { agentText, grouped } from './texts.ts';

describe('agentText', () => {
  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
      'Chrome · Linux',
    ],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0 Safari/537.36',
      'Chrome · Linux',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge · Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari · iOS',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36',
      'Chrome · Android',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 14.6; rv:140.0) Gecko/20100101 Firefox/140.0',
      'Firefox · macOS',
    ],
    ['curl/8.10.1', 'curl'],
    ['python-requests/2.32', 'python-requests/2.32'],
  ])('knows %s as %s', (userAgent, text) => {
    expect(agentText(userAgent)).toBe(text);
  });

  it('cuts what tells nobody anything', () => {
    expect(agentText('x'.repeat(6000))).toBe(`${'x'.repeat(80)}…`);
  });

  it('has a word for nothing at all', () => {
    expect(agentText(null)).toBe('未知程序');
  });
});

describe('grouped', () => {
  it('puts a blank after each four but the last', () => {
    expect(grouped('ABCDEFGH')).toBe('ABCD EFGH');
    expect(grouped('ABCDEFGHI')).toBe('ABCD EFGH I');
  });
});
