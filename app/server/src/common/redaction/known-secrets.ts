/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** Shorter values are words of the language as often as not; fields and patterns hide them where they are named. */
const SHORTEST = 6;
/** Values that are known for a while, such as users' keys: the newest so many. */
const MOST_PASSING = 1_000;

const KEYS = 1 << 16;
const START = 4;

/** The last four characters as a number, `before` being that of the ones before: whole texts are compared where it is one of ours. */
const keyAfter = (before: number, code: number): number => ((before << 4) ^ code) & (KEYS - 1);

function keyOf(form: string): number {
  let key = 0;
  for (let at = 0; at < START; at += 1) key = keyAfter(key, form.charCodeAt(at));
  return key;
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

function encodedForms(bytes: Buffer): string[] {
  const base64 = unpadded(bytes);
  const hex = bytes.toString('hex');
  return [base64, encodeURIComponent(base64), bytes.toString('base64url'), hex, hex.toUpperCase()];
}

/** How a text is written where it gets into a line: plain, in JSON, in JSON within JSON, in a URL, in a form, encoded. */
function formsOfText(text: string): string[] {
  const inUrl = text.isWellFormed() ? encodeURIComponent(text) : text;
  const written = [text, escaped(text), escaped(escaped(text)), inUrl, inUrl.replaceAll('%20', '+')];
  return [...written, ...encodedForms(Buffer.from(text))];
}

/** How bytes are written: encoded, as numbers of JSON, as `util.inspect` shows a Buffer, and as if they were text. */
function formsOfBytes(bytes: Buffer): string[] {
  const pairs = bytes.toString('hex').replaceAll(/(..)(?!$)/g, '$1 ');
  const asText = [bytes.toString('latin1'), bytes.toString('utf8')].flatMap((text) => [text, escaped(text)]);
  return [...encodedForms(bytes), [...bytes].join(','), [...bytes].join(', '), pairs, ...asText];
}

/**
 * Secret values that this process holds, and where they stand in a text. The cost is one look per character, whatever
 * their number: a regular expression of all of them would be tried one after the other.
 */
export class KnownSecrets {
  readonly #begins = new Uint8Array(KEYS);
  readonly #byKey = new Map<number, string[]>();
  readonly #passing = new Map<string, readonly string[]>();

  /** Hides a value for as long as the process runs. */
  remember(secret: string | Buffer): void {
    for (const form of this.#formsOf(secret)) this.#add(form);
  }

  /** Hides a value that is in use now: a user's key that was decrypted. It is forgotten when a thousand newer ones came. */
  rememberForNow(secret: string): void {
    const known = this.#passing.get(secret);
    const forms = known ?? this.#formsOf(secret);
    this.#passing.delete(secret);
    this.#passing.set(secret, forms);
    if (known !== undefined) return;
    for (const form of forms) this.#add(form);
    const [oldest] = this.#passing.size > MOST_PASSING ? this.#passing.keys() : [];
    if (oldest !== undefined) this.#forget(oldest);
  }

  /** The text with every known value hidden. */
  hideIn(text: string): string {
    const begins = this.#begins;
    let [result, from, key] = ['', 0, 0];
    for (let end = 0; end < text.length; end += 1) {
      key = keyAfter(key, text.charCodeAt(end));
      const at = end - START + 1;
      if (begins[key] === 0 || at < from) continue;
      const found = this.#byKey.get(key)?.find((form) => text.startsWith(form, at));
      if (found === undefined) continue;
      result += text.slice(from, at) + REDACTED;
      from = at + found.length;
    }
    return from === 0 ? text : result + text.slice(from);
  }

  #formsOf(secret: string | Buffer): readonly string[] {
    if (secret.length < SHORTEST) return [];
    const forms = typeof secret === 'string' ? formsOfText(secret) : formsOfBytes(secret);
    return [...new Set(forms)].filter((form) => form.length >= SHORTEST);
  }

  /** Longest first, so that a value which begins like another is hidden whole; one entry for each who remembers it. */
  #add(form: string): void {
    const key = keyOf(form);
    this.#begins[key] = 1;
    const forms = this.#byKey.get(key) ?? [];
    forms.push(form);
    this.#byKey.set(
      key,
      forms.toSorted((a, b) => b.length - a.length),
    );
  }

  #forget(secret: string): void {
    for (const form of this.#passing.get(secret) ?? []) {
      const forms = this.#byKey.get(keyOf(form)) ?? [];
      forms.splice(forms.indexOf(form), 1);
    }
    this.#passing.delete(secret);
  }
}

/** Those of this process: what it writes goes through them, whoever writes it. */
export const knownSecrets = new KnownSecrets();
