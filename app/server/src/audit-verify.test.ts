import { describe, expect, it } from 'vitest';
import { parseTask } from './audit-verify.ts';

const HASH = 'ab'.repeat(32);

describe('the arguments of audit-verify', () => {
  it('are none, a first record, and links that were told outside', () => {
    expect(parseTask([])).toEqual({ from: 1, anchors: [] });
    expect(parseTask(['--from', '7', '--expect', `7:${HASH}`, '--expect', `90:${HASH}`])).toEqual({
      from: 7,
      anchors: [
        { seq: 7, hash: HASH },
        { seq: 90, hash: HASH },
      ],
    });
  });

  it.each([
    [['--from', '0'], '--from 0 is no number of a record'],
    [['--from', '1e3'], '--from 1e3 is no number of a record'],
    [['--from', '9999999999999999'], 'is no number of a record'],
    [['--expect', `7:${HASH.toUpperCase()}`], 'is not SEQ:HASH'],
    [['--expect', '7'], '--expect 7 is not SEQ:HASH'],
    [['--expect', `7:${HASH}0`], 'is not SEQ:HASH'],
    [['--from', '8', '--expect', `7:${HASH}`], 'is of a record before --from 8'],
    [['--to', '8'], '--to'],
    [['8'], '8'],
  ])('are not %j', (args, message) => {
    expect(() => parseTask(args)).toThrow(message);
  });
});
