import { describe, expect, it } from 'vitest';
import { type Key, Keyring } from '../common/configuration/keyrings.ts';
import { cursorOf, type Look, positionOf } from './audit-cursor.ts';

const key = (kid: string, state: Key['state'], fill: number): Key => ({
  kid,
  state,
  key: Buffer.alloc(32, fill),
});
const one = key('1', 'active', 1);
const keyring = new Keyring([one], one);
const LOOK: Look = { reader: ['user', 'session'], filter: ['user.create', undefined] };
const POSITION = { seq: 42, begunAt: 1_000 };
const HOUR_MS = 3_600_000;
const cursor = cursorOf(keyring, LOOK, POSITION);
const isRecorded = (look: Look, now: number, at = cursor, keys = keyring): boolean =>
  positionOf(keys, look, at, now).isRecorded;

describe('the cursor of the audit log', () => {
  it('leads on from where the page ended, within the look that was recorded', () => {
    expect(cursor).toMatch(/^[A-Za-z0-9_-]{1,100}$/);
    expect(positionOf(keyring, LOOK, cursor, 1_000)).toEqual({ ...POSITION, isRecorded: true });
  });

  it('belongs to the look for an hour', () => {
    expect(isRecorded(LOOK, 1_000 + HOUR_MS - 1)).toBe(true);
    expect(isRecorded(LOOK, 1_000 + HOUR_MS)).toBe(false);
  });

  it.each<[string, Look]>([
    ['another user', { ...LOOK, reader: ['other', 'session'] }],
    ['another session', { ...LOOK, reader: ['user', 'other'] }],
    ['another filter', { ...LOOK, filter: ['user.delete', undefined] }],
    ['a filter moved by one', { ...LOOK, filter: [undefined, 'user.create'] }],
    ['no filter', { ...LOOK, filter: [undefined, undefined] }],
  ])('is another look of %s', (_what, look) => {
    expect(isRecorded(look, 1_000)).toBe(false);
  });

  it.each([
    ['another number', '43:1000'],
    ['another time', '42:2000'],
  ])('with %s is made up', (_what, position) => {
    const mac = Buffer.from(cursor, 'base64url').toString().split(':').at(-1);
    const made = Buffer.from(`${position}:${mac}`).toString('base64url');
    expect(isRecorded(LOOK, 2_000, made)).toBe(false);
  });

  it('outlives the rotation of its key, and not its end', () => {
    const next = key('2', 'active', 2);
    const old = key('1', 'retiring', 1);
    expect(isRecorded(LOOK, 1_000, cursor, new Keyring([next, old], next))).toBe(true);
    expect(isRecorded(LOOK, 1_000, cursor, new Keyring([next], next))).toBe(false);
  });

  it.each([
    '',
    'x',
    '4',
    Buffer.from('seq:4').toString('base64url'),
    Buffer.from('4:5:x').toString('base64url'),
  ])('is not %j', (text) => {
    expect(() => positionOf(keyring, LOOK, text, 0)).toThrow(/nextCursor/);
  });
});
