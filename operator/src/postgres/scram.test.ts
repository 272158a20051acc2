import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { scramKeys, scramVerifier, verifierMatches } from './scram.ts';

const SALT = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');

// The one exchange printed in RFC 7677 section 3.
const AUTH_MESSAGE = [
  'n=user,r=rOprNGfwEbeRWgbNEkqO',
  'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
].join(',');

describe('SCRAM-SHA-256', () => {
  it('gives the server signature of RFC 7677', () => {
    const { serverKey } = scramKeys('pencil', SALT, 4096);
    expect(createHmac('sha256', serverKey).update(AUTH_MESSAGE).digest('base64')).toBe(
      '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    );
  });

  it('gives the client proof of RFC 7677 its stored key', () => {
    const { storedKey } = scramKeys('pencil', SALT, 4096);
    const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');
    const signature = createHmac('sha256', storedKey).update(AUTH_MESSAGE).digest();
    const clientKey = Buffer.from(proof.map((byte, index) => byte ^ (signature[index] ?? 0)));
    expect(createHash('sha256').update(clientKey).digest()).toEqual(storedKey);
    expect(verifierMatches(scramVerifier('pencil', SALT), 'pencil')).toBe(true);
  });

  it('tells another password, md5 and garbage apart', () => {
    const verifier = scramVerifier('pencil', SALT);
    expect(verifierMatches(verifier, 'pencil2')).toBe(false);
    expect(verifierMatches('md5c8f9a1f3', 'pencil')).toBe(false);
    expect(verifierMatches(null, 'pencil')).toBe(false);
  });

  it('refuses what SASLprep would change', () => {
    expect(() => scramVerifier('pässword', SALT)).toThrow(/ASCII/);
  });
});
