/** Each gate finds something where everything is wrong: one that is gone, renamed or blind in a new version is noticed. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseManifests } from '../support/chart.ts';
import { GATES } from './gates.ts';
import { SCAN, scan } from './scan.ts';

const CONTROL = new URL('control.yaml', import.meta.url);

it(`each of the ${GATES.length} gates finds something in control.yaml`, SCAN, async () => {
  const objects = parseManifests(readFileSync(CONTROL, 'utf8'));
  const findings = await scan([{ name: 'control', objects }]);
  const found = new Set(findings.map(({ gate }) => gate));
  expect(GATES.filter((gate) => !found.has(gate))).toEqual([]);
});
