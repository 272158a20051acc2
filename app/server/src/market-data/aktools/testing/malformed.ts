import { bodies, identities, shapes, statuses, texts } from './malformed-bodies.ts';
import { columns, dates, rows, units } from './malformed-cells.ts';
import { seeded } from '../../../testing/seeded.ts';
import type { Malformed } from './mutations.ts';

/** Answers as no good AKTools gives them; the same ones for the same seed. */
export function malformedAnswers(seed: number): readonly Malformed[] {
  const random = seeded(seed);
  return [
    ...columns(random),
    ...units(),
    ...dates(random),
    ...texts(random),
    ...shapes(),
    ...bodies(),
    ...statuses(),
    ...identities(),
    ...rows(random),
  ];
}
