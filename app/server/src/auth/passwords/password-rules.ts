import { Injectable } from '@nestjs/common';
import { BreachedPasswords, comparable } from './breached-passwords.ts';

/** In code points. NIST SP 800-63B-4 asks for 15 without a second factor and 8 with one, OWASP ASVS 6.2.9 for 64 at least. */
const SHORTEST = 12;
const LONGEST = 128;

/** OWASP ASVS 6.2.11: what an attacker of this very platform tries first. Longer words before those that they hold. */
const CONTEXT_WORDS = [
  'stockanalysis',
  'stock-analysis',
  'analysis',
  'platform',
  'password',
  'a-shares',
  'a-share',
  'ashares',
  'ashare',
  'stock',
  'admin',
  'composite',
  'shanghai',
  'shenzhen',
  'beijing',
  'pingan',
  'moutai',
  'index',
  '股票分析',
  '股票',
  '分析',
  '上证',
  '深证',
  '指数',
  '平安',
  '银行',
  '茅台',
];

/** Long enough, and known to everybody: the list of breaches has few of more than a word. Letters alone. */
const WELL_KNOWN = new Set([
  'atleasttwelvecharacters',
  'correcthorsebatterystaple',
  'thequickbrownfoxjumpsoverthelazydog',
  'tobeornottobe',
  'tobeornottobethatisthequestion',
  'loremipsumdolorsitamet',
  'letmeinplease',
  'thisismypassword',
  'maytheforcebewithyou',
]);

/** Shorter names and parts of names stand in many words by chance. */
const SHORTEST_NAME = 3;
/** What must be left of a password without names and context words. */
const LEAST_OF_ITS_OWN = 8;
/** A date and the like, however often it is written. */
const FEW_DIGITS = /^\d{1,8}$/;
/** A shorter word with digits around it is a matter of the digits. */
const SHORTEST_WORD = 4;

const LEADING = /^[^\p{L}]+/u;
const isEdge = (sign: string): boolean => !/\p{L}/u.test(sign);

/** Without digits and punctuation at its end. By hand: a pattern anchored there alone takes quadratic time. */
function withoutTail(text: string): string {
  const signs = Array.from(text);
  let length = signs.length;
  while (length > 0 && isEdge(signs[length - 1] ?? '')) length -= 1;
  return signs.slice(0, length).join('');
}

/** What repeated makes up the text: `abc` of `abcabcab`; the text itself where nothing does. */
function repeated(text: string): string {
  // The first place after its beginning where the rest of the text begins like the text.
  for (let length = 1; length <= text.length - SHORTEST_WORD; length += 1)
    if (text.startsWith(text.slice(length))) return text.slice(0, length);
  return text;
}

/** The password, and what it is with trivial additions taken away: `dragon` of `Dragon2024!` and of `dragondragon`. */
function cores(password: string): Set<string> {
  const text = comparable(password);
  const withoutHead = text.replace(LEADING, '');
  const words = [text, withoutTail(text), withoutHead, withoutTail(withoutHead)]
    .flatMap((word) => [word, repeated(word)])
    .flatMap((word) => [word, withoutTail(word)])
    // Blanks between the letters make nothing of it that is not known.
    .flatMap((word) => [word, substanceOf(word)]);
  return new Set([text, ...words.filter((word) => word.length >= SHORTEST_WORD)]);
}

function namesOf(username: string): string[] {
  const name = comparable(username);
  return [name, ...name.split(/[^\p{L}\p{N}]+/u)].filter((part) => part.length >= SHORTEST_NAME);
}

/** Whether little is left without the user's name and the platform's. */
function isOfContext(password: string, username: string): boolean {
  let rest = comparable(password);
  const before = rest;
  for (const word of [...namesOf(username), ...CONTEXT_WORDS]) rest = rest.replaceAll(word, ' ');
  return rest !== before && withoutTail(rest.replace(LEADING, '')).length < LEAST_OF_ITS_OWN;
}

/** Without case, digits as they are, and nothing but letters and digits; the text itself where there are none. */
function substanceOf(password: string): string {
  const text = comparable(password);
  return text.replaceAll(/[^\p{L}\p{N}]/gu, '') || text;
}

/** Whether a password is another one with signs added, left out or in capitals: who knows the one knows the other. */
export function isVariantOf(password: string, other: string): boolean {
  return substanceOf(password).includes(substanceOf(other));
}

function lengthReason(password: string): string | undefined {
  const given = Array.from(password).length;
  if (given > LONGEST) return `must have at most ${LONGEST} characters`;
  // Some signs are several letters when they are normalized, and several accents become one sign.
  if (Math.min(given, Array.from(comparable(password)).length) < SHORTEST)
    return `must have at least ${SHORTEST} characters; a few words that nobody would put together are easy to remember`;
  return undefined;
}

/** What a password must be. There are no rules about kinds of characters: they make passwords worse (NIST SP 800-63B). */
@Injectable()
export class PasswordRules {
  constructor(private readonly breached: BreachedPasswords) {}

  /**
   * @param username whose password it is to be
   * @returns what is wrong with it, to stand behind the name of the parameter; none repeats the password. Empty: nothing
   */
  async reasonsAgainst(password: string, username: string): Promise<string[]> {
    if (!password.isWellFormed()) return ['must be well-formed Unicode'];
    const length = lengthReason(password);
    // Of what is too long nothing else is looked at: its length has no bound.
    if (length !== undefined) return [length];
    const reasons: string[] = [];
    if (isOfContext(password, username))
      reasons.push('must not be the user name or an obvious word of this platform with little else');
    const candidates = [...cores(password)];
    const core = repeated(comparable(password));
    if (core.length < SHORTEST_WORD || FEW_DIGITS.test(core))
      reasons.push('must not repeat a few characters');
    else if (candidates.some((word) => WELL_KNOWN.has(word)) || (await this.breached.includesAny(candidates)))
      reasons.push(
        'must not be a password that is known from breaches, nor one with digits or signs added or repeated; attackers try these first',
      );
    return reasons;
  }
}
