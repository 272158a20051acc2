import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSafe } from 'redos-detector';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { redactLine, redactText } from './common/redaction/redact.ts';

/** Everything that a client sends has fewer characters but for bodies, whose texts are bounded by their DTOs. */
const LONGEST = 8_192;

interface Literal {
  readonly file: string;
  readonly text: string;
}

/**
 * What the checker cannot prove, and why it is harmless: no client writes what it reads, or the strings that come
 * closest to a mismatch take no time at the greatest length.
 */
const EXCEPTIONS: readonly (Literal & { readonly why: string; readonly hardest?: readonly string[] })[] = [
  {
    file: 'common/configuration/file-schema.ts',
    text: String.raw`/\/+$/`,
    why: 'an address in config.yaml',
  },
  { file: 'common/market/decimal.ts', text: '/0+$/', why: 'a number that PostgreSQL wrote' },
  { file: 'common/redaction/known-secrets.ts', text: '/=+$/', why: 'base64 that we made' },
  {
    file: 'outbound/destination.ts',
    text: String.raw`/(^|\.)(localhost|local|localdomain|internal|intranet|lan|home\.arpa|arpa|invalid|test|example|onion|alt)$/`,
    why: 'nothing in it repeats',
    hardest: ['.local', 'localdomain', '.home.arp', '.'].map((part) => part.repeat(LONGEST / part.length)),
  },
  {
    file: 'outbound/public-address.ts',
    text: String.raw`/(\d+\.){3}\d+$/`,
    why: 'an address that Node took for one',
  },
  { file: 'common/http/allowed-methods.ts', text: String.raw`/\{\w+\}/`, why: 'our own templates of paths' },
  {
    file: 'common/http/allowed-methods.ts',
    text: String.raw`/\/\{\w+\}$/`,
    why: 'our own templates of paths',
  },
  {
    file: 'indicators/catalogue.ts',
    text: String.raw`/^([A-Z0-9]*[A-Z](?:_[A-Z]+)*)(?:(\d+)|\((\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?)*)\))?$/`,
    why: 'where a name ends is said by its last letter',
    hardest: ['A', 'A1', 'A_', 'AA_A', 'A(1', 'A(1,', 'A(1.1,'].flatMap((part) => [
      `${part.repeat(LONGEST / part.length)}!`,
      `${part}${(part.at(-1) ?? '').repeat(LONGEST)}!`,
    ]),
  },
  {
    file: 'market-data/aktools/request.ts',
    text: String.raw`/["'\\&=+#%\u0000-\u001f\u007f]|cookie/i`,
    why: 'nothing in it repeats; the checker does not know the escape',
    hardest: ['cooki'.repeat(LONGEST / 5)],
  },
];

/**
 * These see whole lines, and look for words that may stand anywhere, which no checker can prove: they are timed together,
 * with each word repeated in every way that nearly matches.
 */
const TIMED = new Set(['common/redaction/patterns.ts', 'common/redaction/redact.ts']);
const NEARLY = [
  '-eyJ',
  'eyJaaaaaaaa',
  '-eyJaaaaaaaa.',
  'Bearer ',
  'Basic  ',
  'session',
  'session-',
  'sid=',
  '://',
  '://a',
]
  .concat(
    ['authorization', 'cookie', 'password', 'token', 'key'].flatMap((word) =>
      ['', ' ', ':', ': ', '=', '\\', '" :', ":'", ':\\"', ': a'].map((end) => word + end),
    ),
  )
  .concat(['-----BEGIN PRIVATE KEY-----', '%3D', '%25', '"type":"Buffer"', '=', '-', 'a.', '1.', 'AKIA']);
const LINE = 65_536;

/** Patterns made while the program runs: of what, and what such a pattern looks like. */
const MADE: readonly (Literal & { readonly example: RegExp })[] = [
  {
    file: 'common/http/allowed-methods.ts',
    text: "new RegExp(`^${parts.join('[^/]+')}/?$`, 'i')",
    example: /^\/api\/v1\/quarantine\/[^/]+\/release\/?$/i,
  },
  {
    file: 'common/market/symbol.ts',
    text: String.raw`new RegExp(String.raw${'`'}^\d{6}\.(${'$'}{EXCHANGES.join('|')})$${'`'})`,
    example: /^\d{6}\.(SH|SZ|BJ)$/,
  },
];

function found(): { readonly literals: Literal[]; readonly made: Literal[] } {
  const literals: Literal[] = [];
  const made: Literal[] = [];
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.test\.ts$|(^|\/)testing\//.test(file),
  );
  for (const file of files) {
    const source = ts.createSourceFile(
      file,
      readFileSync(join(import.meta.dirname, file), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    );
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) literals.push({ file, text: node.text });
      const isMade =
        (ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp';
      if (isMade) made.push({ file, text: node.getText().replaceAll(/\s+/g, ' ') });
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { literals, made };
}

function regExpOf(text: string): RegExp {
  const end = text.lastIndexOf('/');
  return new RegExp(text.slice(1, end), text.slice(end + 1));
}

function isLinear(pattern: RegExp): boolean {
  const flags = pattern.flags.replaceAll(/[^imsu]/g, '');
  try {
    return isSafe(new RegExp(pattern.source, flags), { maxScore: 300, timeout: 60_000 }).safe;
  } catch {
    return false;
  }
}

const nameOf = ({ file, text }: Literal): string => `${file}: ${text}`;

describe('regular expressions of the server', () => {
  const { literals, made } = found();
  const distinct = [...new Map(literals.map((literal) => [nameOf(literal), literal])).values()];

  it('are found', () => {
    expect(distinct.length).toBeGreaterThan(60);
    // One in a decorator, and one in a call.
    expect(literals.map(({ file }) => file)).toEqual(
      expect.arrayContaining([
        'market-data/ingestion/ingestions.dto.ts',
        'common/configuration/configuration.ts',
      ]),
    );
  });

  it.each([/^(a+)+$/, /(\d+)*x/, /^(\w+\s?)*$/, /\s+$/, /^a*a*$/])('would be refused as %s', (pattern) =>
    expect(isLinear(pattern)).toBe(false),
  );

  it('take time in proportion to the text, or are known not to matter', { timeout: 120_000 }, () => {
    const doubtful = distinct
      .filter(({ file, text }) => !TIMED.has(file) && !isLinear(regExpOf(text)))
      .map(nameOf);
    expect(doubtful.toSorted()).toEqual(EXCEPTIONS.map(nameOf).toSorted());
  });

  it.each(
    EXCEPTIONS.flatMap(({ text, hardest = [] }) => hardest.map((input) => [text, input.slice(0, 20), input])),
  )('%s takes no time at %s…', (text, _start, input) => {
    const pattern = regExpOf(text);
    const begun = performance.now();
    input.match(pattern);
    expect(performance.now() - begun).toBeLessThan(50);
  });

  it('are made while the program runs in known places only, and of harmless shape', () => {
    const others = made.filter(({ file }) => !TIMED.has(file));
    expect(others.map(nameOf).toSorted()).toEqual(MADE.map(nameOf).toSorted());
    for (const { example } of MADE) expect(isLinear(example)).toBe(true);
  });

  it.each(NEARLY)('that redact a line take no time at %j', (part) => {
    const line = part.repeat(LINE / part.length);
    const begun = performance.now();
    redactText(line);
    redactLine(line);
    // A quadratic one took nine seconds.
    expect(performance.now() - begun).toBeLessThan(1_500);
  });
});
