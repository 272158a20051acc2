import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../hack/lib/paths.ts';
import { pinsIn } from './python-environment.ts';

it('reads the exact versions out of the list of the image', () => {
  expect(
    pinsIn('# a==1\n\naktools==0.0.91 --hash=sha256:00\n  --hash=sha256:01\nb-c.d==1.0.post1 ; x\n'),
  ).toEqual(['aktools==0.0.91', 'b-c.d==1.0.post1']);
  const pins = pinsIn(readFileSync(join(ROOT, 'hack/images/aktools/requirements.txt'), 'utf8'));
  expect(pins).toEqual(expect.arrayContaining(['aktools==0.0.91', 'akshare==1.19.5']));
  expect(pins.length).toBeGreaterThan(40);
});
