import { describe, expect, it } from 'vitest';
import { hashPassword, impossibleHash, verifyPassword } from './password-hash.ts';

const base64url = (text: string, encoding: BufferEncoding): string =>
  Buffer.from(text, encoding).toString('base64url');

const stored = (iterations: number, salt: string, hashHex: string): string =>
  `pbkdf2-sha256$${iterations}$${base64url(salt, 'utf8')}$${base64url(hashHex, 'hex')}`;

/** Of PBKDF2-HMAC-SHA256: RFC 7914 section 11, then the inputs of RFC 6070 as others published them for SHA-256. */
const VECTORS: readonly (readonly [password: string, salt: string, iterations: number, hash: string])[] = [
  [
    'passwd',
    'salt',
    1,
    '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc' +
      '49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
  ],
  [
    'Password',
    'NaCl',
    80_000,
    '4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56' +
      'a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d',
  ],
  ['password', 'salt', 1, '120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b'],
  ['password', 'salt', 2, 'ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43'],
  ['password', 'salt', 4096, 'c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a'],
  [
    'passwordPASSWORDpassword',
    'saltSALTsaltSALTsaltSALTsaltSALTsalt',
    4096,
    '348c89dbcbd32b2f32d814b8116e84cf2b17347ebc1800181c4e2a1fb8dd53e1c635518c7dac47e9',
  ],
];

/** Some hashes of 0.3 s each, on a machine that does other work besides. */
const PATIENCE_MS = 60_000;

describe('verifyPassword', () => {
  it.each(VECTORS)(
    'agrees with the published vector of %s, %s, %i',
    async (password, salt, iterations, hash) => {
      expect(await verifyPassword(password, stored(iterations, salt, hash))).toMatchObject({ valid: true });
      expect(await verifyPassword(`${password}x`, stored(iterations, salt, hash))).toMatchObject({
        valid: false,
      });
    },
  );

  const hash = VECTORS[2]?.[3] ?? '';
  const salt = 's'.repeat(16);
  it.each([
    ['fewer iterations', stored(599_999, salt, hash), true],
    ['a shorter salt', stored(600_000, 's'.repeat(15), hash), true],
    ['a shorter hash', stored(600_000, salt, hash.slice(0, 32)), true],
    ['what it makes today', stored(600_000, salt, hash), false],
    ['more of everything', stored(600_001, `${salt}s`, `${hash}00`), false],
  ])('says whether to hash again: %s', async (_what, given, outdated) => {
    expect(await verifyPassword('password', given)).toEqual({ valid: false, outdated });
  });

  it.each([
    ['nothing', ''],
    ['a plain password', 'swordfish-swordfish'],
    ['another algorithm', `argon2id$600000$${base64url(salt, 'utf8')}$${base64url(hash, 'hex')}`],
    ['no iterations', stored(0, salt, hash)],
    ['iterations that would run for hours', stored(10_000_001, salt, hash)],
    ['iterations that are no number', stored(1, salt, hash).replace('$1$', '$1e3$')],
    ['no salt', stored(1, '', hash)],
    ['no hash, which every password would match', stored(1, salt, '')],
    ['a hash of 15 bytes', stored(1, salt, hash.slice(0, 30))],
    ['other signs', `${stored(1, salt, hash)}=`],
    ['one part more', `${stored(1, salt, hash)}$swordfish`],
  ])('refuses %s and repeats none of it', async (_what, given) => {
    const error = await verifyPassword('password', given).catch((thrown: unknown) => thrown);
    expect(error).toEqual(
      new Error(
        'the stored password hash is none that this version understands; the user needs a new password',
      ),
    );
  });
});

describe('hashPassword', () => {
  it(
    'makes a hash that describes itself, another one each time, and that only its password matches',
    async () => {
      const [one, other] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
      expect(one).toMatch(/^pbkdf2-sha256\$600000\$[\w-]{22}\$[\w-]{43}$/);
      expect(one.split('$')[2]).not.toBe(other.split('$')[2]);
      expect(await verifyPassword('correct horse', one)).toEqual({ valid: true, outdated: false });
      expect(await verifyPassword('correct horsf', one)).toEqual({ valid: false, outdated: false });
    },
    PATIENCE_MS,
  );

  it(
    'takes the same letters for the same password, however they are encoded',
    async () => {
      // é composed and as e with an accent; Latin letters as a Chinese input method makes them.
      const made = await hashPassword('caf\u00e9 and milk');
      expect(await verifyPassword('cafe\u0301 and milk', made)).toMatchObject({ valid: true });
      expect(await verifyPassword('\uff43\uff41\uff46\u00e9 and milk', made)).toMatchObject({ valid: true });
      expect(await verifyPassword('cafe and milk', made)).toMatchObject({ valid: false });
    },
    PATIENCE_MS,
  );

  it(
    'has a hash that no password matches and that looks like any other',
    async () => {
      const hash = impossibleHash();
      expect(hash.replaceAll(/[\w-]{22,}/g, 'x')).toBe(
        (await hashPassword('')).replaceAll(/[\w-]{22,}/g, 'x'),
      );
      expect(await verifyPassword('', hash)).toEqual({ valid: false, outdated: false });
      expect(impossibleHash()).not.toBe(hash);
    },
    PATIENCE_MS,
  );
});
