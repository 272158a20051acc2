import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Key, Keyring } from '../common/configuration/keyrings.ts';
import {
  EnvelopeError,
  MalformedEnvelopeError,
  open,
  type Place,
  rewrap,
  seal,
  TamperedError,
  UnknownKeyError,
} from './envelope.ts';

const key = (kid: string, state: Key['state']): Key => ({ kid, state, key: Buffer.alloc(32, kid) });
const ring = (...keys: readonly Key[]): Keyring => {
  const active = keys.find(({ state }) => state === 'active');
  if (active === undefined) throw new Error('no active key');
  return new Keyring(keys, active);
};

const place: Place = { table: 'user_secrets', column: 'sealed', id: 'a0' };
const first = ring(key('1', 'active'), key('2', 'next'));
const second = ring(key('1', 'retiring'), key('2', 'active'));
const third = ring(key('2', 'active'));

function failure(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

const bytesOf = (part: string | undefined): Buffer => Buffer.from(part ?? '', 'base64url');
const parts = (sealed: string): [string, string, Buffer, Buffer] => {
  const [version = '', kid = '', wrapped, body] = sealed.split('.');
  return [version, kid, bytesOf(wrapped), bytesOf(body)];
};
const joined = (version: string, kid: string, wrapped: Buffer, body: Buffer): string =>
  [version, kid, wrapped.toString('base64url'), body.toString('base64url')].join('.');

const anyText = fc.string({ unit: 'binary', maxLength: 300 });
const anyPlace = fc.record({ table: anyText, column: anyText, id: anyText });

describe('sealed values', () => {
  it('open to what was sealed, each sealed with a key and nonces of its own', () => {
    fc.assert(
      fc.property(anyText, anyPlace, (text, where) => {
        const sealed = seal(text, where, first);
        expect(open(sealed, where, first)).toBe(text);
        expect(open(sealed, where, second)).toBe(text);
        const [version, kid, wrapped, body] = parts(sealed);
        expect([version, kid, wrapped.length]).toEqual(['v1', '1', 12 + 32 + 16]);
        expect(body.length).toBe(12 + Buffer.byteLength(text) + 16);
        const [, , otherWrapped, otherBody] = parts(seal(text, where, first));
        for (const [one, other] of [
          [wrapped, otherWrapped],
          [body, otherBody],
        ] as const)
          expect(one.subarray(0, 12)).not.toEqual(other.subarray(0, 12));
      }),
    );
  });

  it('open in their own place only', () => {
    fc.assert(
      fc.property(anyPlace, anyPlace, (here, there) => {
        fc.pre(JSON.stringify(here) !== JSON.stringify(there));
        const sealed = seal('swordfish', here, first);
        expect(failure(() => open(sealed, there, first))).toBeInstanceOf(TamperedError);
        expect(failure(() => rewrap(sealed, there, first))).toBeInstanceOf(TamperedError);
      }),
    );
    // Parts that run into each other are another place, too.
    const sealed = seal('swordfish', { table: 'ab', column: 'c', id: 'd' }, first);
    for (const there of [
      { table: 'a', column: 'bc', id: 'd' },
      { table: 'ab', column: 'cd', id: '' },
      { table: 'ab', column: 'd', id: 'c' },
    ])
      expect(failure(() => open(sealed, there, first))).toBeInstanceOf(TamperedError);
  });

  it('cannot be put together from two of them, not even of one place', () => {
    const [version, kid, wrapped] = parts(seal('swordfish', place, first));
    const [, , , body] = parts(seal('swordfish', place, first));
    expect(failure(() => open(joined(version, kid, wrapped, body), place, first))).toBeInstanceOf(
      TamperedError,
    );
  });

  it('tell of every single flipped bit', () => {
    const sealed = seal('swordfish', place, first);
    const text = Buffer.from(sealed);
    let bits = 0;
    for (let bit = 0; bit < text.length * 8; bit += 1, bits += 1) {
      const flipped = Buffer.from(text);
      flipped.writeUInt8(flipped.readUInt8(bit >>> 3) ^ (1 << (bit & 7)), bit >>> 3);
      const error = failure(() => open(flipped.toString('latin1'), place, first));
      expect(error, `bit ${bit}`).toBeInstanceOf(EnvelopeError);
      expect(String(error)).not.toContain('swordfish');
    }
    expect(bits).toBe(8 * sealed.length);
    // The same of the bytes that the text stands for.
    const [version, kid, ...sections] = parts(sealed);
    for (const [index, section] of sections.entries())
      for (let bit = 0; bit < section.length * 8; bit += 1) {
        const flipped = sections.map((bytes) => Buffer.from(bytes));
        flipped[index]?.writeUInt8(section.readUInt8(bit >>> 3) ^ (1 << (bit & 7)), bit >>> 3);
        const [wrapped = Buffer.of(), body = Buffer.of()] = flipped;
        const error = failure(() => open(joined(version, kid, wrapped, body), place, first));
        expect(error, `section ${index}, bit ${bit}`).toBeInstanceOf(TamperedError);
      }
  });

  it('tell when something is missing at the end or at the start, or was added', () => {
    const sealed = seal('', place, first);
    for (let length = 0; length < sealed.length; length += 1) {
      expect(failure(() => open(sealed.slice(0, length), place, first))).toBeInstanceOf(EnvelopeError);
      expect(failure(() => open(sealed.slice(sealed.length - length), place, first))).toBeInstanceOf(
        EnvelopeError,
      );
    }
    const [version, kid, wrapped, body] = parts(sealed);
    for (const longer of [
      joined(version, kid, wrapped, Buffer.concat([body, Buffer.of(0)])),
      joined(version, kid, Buffer.concat([wrapped, Buffer.of(0)]), body),
    ])
      expect(failure(() => open(longer, place, first))).toBeInstanceOf(TamperedError);
  });

  it.each([
    ['nothing', () => ''],
    ['text that was never sealed', () => 'swordfish'],
    ['another version', (sealed: string) => sealed.replace('v1.', 'v2.')],
    ['padding', (sealed: string) => `${sealed}=`],
    ['a line after it', (sealed: string) => `${sealed}\n`],
    ['a part more', (sealed: string) => `${sealed}.AAAA`],
    ['a name that no key can have', (sealed: string) => sealed.replace('.1.', '.../1.')],
  ])('are not %s', (_what, change) => {
    const error = failure(() => open(change(seal('x', place, first)), place, first));
    expect(error).toBeInstanceOf(MalformedEnvelopeError);
    expect(String(error)).toBe(
      'MalformedEnvelopeError: user_secrets.sealed of a0: is no sealed value of a version that is known here',
    );
  });

  it('name the key that is missing and say what can be done', () => {
    const sealed = seal('swordfish', place, first);
    const error = failure(() => open(sealed, place, third));
    expect(error).toBeInstanceOf(UnknownKeyError);
    expect(String(error)).toBe(
      'UnknownKeyError: user_secrets.sealed of a0: is sealed under key 1, which the keyring `encryption` does not have; put it back as retiring, or enter the value again',
    );
    const impostor = ring({ kid: '1', state: 'active', key: Buffer.alloc(32, 'x') });
    expect(failure(() => open(sealed, place, impostor))).toBeInstanceOf(TamperedError);
  });

  it('are not made of what UTF-8 cannot hold', () => {
    expect(() => seal('\ud800', place, first)).toThrow('well-formed');
  });
});

describe('rewrapping', () => {
  it('exchanges the key of the key and leaves the value as it stands', () => {
    fc.assert(
      fc.property(anyText, anyPlace, (text, where) => {
        const sealed = seal(text, where, first);
        const again = rewrap(sealed, where, second);
        expect(open(again, where, third)).toBe(text);
        const [, kid, wrapped, body] = parts(again);
        expect(kid).toBe('2');
        expect(wrapped).not.toEqual(parts(sealed)[2]);
        expect(body).toEqual(parts(sealed)[3]);
      }),
    );
  });

  it('refuses what it cannot open', () => {
    expect(failure(() => rewrap('x', place, second))).toBeInstanceOf(MalformedEnvelopeError);
    expect(failure(() => rewrap(seal('x', place, first), place, third))).toBeInstanceOf(UnknownKeyError);
  });
});

/** Made by another implementation (AESGCM of Python's cryptography, nonces 0 to 23): what is stored stays readable. */
it('opens what the format describes', () => {
  const golden =
    'v1.1.AAECAwQFBgcICQoLffQCJOjvrNCka2lQy13oOnwLRCRiRt2lOyIXzTDlIPENrGqkB1KRKFrSDQK9QnNy.DA0ODxAREhMUFRYX64kGqhsQlSBfCq1cAGKXW_sckOlKegahEVmVpm3t1Dk';
  expect(open(golden, place, first)).toBe('swordfish 剑鱼');
});
