import { REDACTED } from './known-secrets.ts';
import { SENSITIVE_WORDS } from './sensitive-names.ts';

interface Pattern {
  /** What is in every text that it matches, in lower case. */
  readonly hint: RegExp;
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** What every sensitive word has in it. */
const STEMS =
  /pass|pwd|secret|token|credential|key|authorization|cookie|signature|connection|database|otp|recovery/;

/**
 * What looks like a secret, whoever's it is. Each expression runs in time linear in the text: none begins with an
 * unbounded repetition, and none has two that could share characters.
 */
const PATTERNS: readonly Pattern[] = [
  // Our API keys, and the keys of AI services and clouds that users bring.
  { hint: /stk_/, pattern: /\bstk_[\w.-]{6,}/gi, replacement: `stk_${REDACTED}` },
  { hint: /sk-/, pattern: /\bsk-[\w-]{16,}/gi, replacement: `sk-${REDACTED}` },
  { hint: /akia|asia/, pattern: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/g, replacement: REDACTED },
  {
    hint: /eyj/,
    pattern: /(?<![\w-])([\w-]{0,20}?)eyJ[\w-]{8,}\.[\w-]{8,}(\.[\w-]*)?/g,
    replacement: `$1${REDACTED}`,
  },
  // One that was cut off goes as far as the text of JSON that it is in: without its end, or that of the line, it is none.
  {
    hint: /private key/,
    pattern:
      /-----BEGIN ([A-Z0-9 ]{0,30}PRIVATE KEY)-----[^]*?(?:-----END \1-----|(?<!\\)(?=\\{0,32}"[,:}\]])|(?=\n?$))/g,
    replacement: REDACTED,
  },
  // User and password of a URL, up to the last @ before its path.
  { hint: /:\/\//, pattern: /:\/\/[^\s/?#"'<>\\]*@/g, replacement: `://${REDACTED}@` },
  // Headers. The shortest value spares sentences about them.
  {
    hint: /bearer|basic|digest/,
    pattern: /\b(Bearer|Basic|Digest) +[\w.~+/=-]{8,}/gi,
    replacement: `$1 ${REDACTED}`,
  },
  {
    hint: /authorization/,
    pattern: /\b(authorization\\*["']?\s*[:=]\s*\\*["']?)(?:\w+ )?[\w.~+/=-]{8,}/gi,
    replacement: `$1${REDACTED}`,
  },
  {
    hint: /cookie/,
    pattern: /\b(cookie\\*["']?\s*:\s*\\*["']?)[\w!#$%&*+.^|~-]+=[^"'\r\n\\]*/gi,
    replacement: `$1${REDACTED}`,
  },
  {
    hint: /session|sid|csrf|stock-analysis/,
    pattern: /((?:session|sid|csrf|stock-analysis)[\w-]{0,20}=)[\w.~+/=%-]{16,}/gi,
    replacement: `$1${REDACTED}`,
  },
  // name=value, in queries, forms and connection strings.
  {
    hint: /[?&](?:key|sig|sign|auth|sid|code|ticket|jwt)=/,
    pattern: /([?&](?:key|sig|sign|auth|sid|code|ticket|jwt)=)[^&\s"'#\\<>]+/gi,
    replacement: `$1${REDACTED}`,
  },
  {
    hint: STEMS,
    pattern: new RegExp(`((?:${SENSITIVE_WORDS})(?:=|%3D)\\\\*["']?)[^&\\s"'#\\\\<>]+`, 'gi'),
    replacement: `$1${REDACTED}`,
  },
  // "name": "value", as JSON inside of a text has it and as util.inspect writes it.
  {
    hint: STEMS,
    pattern: new RegExp(`((?:${SENSITIVE_WORDS})\\\\*["']?\\s*:\\s*\\\\*")[^"\\\\]+`, 'gi'),
    replacement: `$1${REDACTED}`,
  },
  {
    hint: STEMS,
    pattern: new RegExp(`((?:${SENSITIVE_WORDS})["']?\\s*:\\s*')[^'\\\\]+`, 'gi'),
    replacement: `$1${REDACTED}`,
  },
];

/**
 * A text without what looks like a secret. Most lines have nothing of the kind, and an expression that ignores case costs
 * thirty times one that does not: so each is tried where its hint is found in the text in lower case.
 */
export function hidePatterns(text: string): string {
  const lower = text.toLowerCase();
  let result = text;
  for (const { hint, pattern, replacement } of PATTERNS)
    if (hint.test(lower)) result = result.replace(pattern, replacement);
  return result;
}
