/** A requirement that somebody else numbered; the table in docs/security.md has a row for each. */
export interface Requirement {
  readonly id: string;
  /** `L1` and `L2` of the ASVS; the API Top 10 has none. */
  readonly level: string;
  /** It asks for a rule to be written down, not for a program: a section of the documentation proves it. */
  readonly asksForDocumentation: boolean;
}

/**
 * OWASP ASVS 5.0.0: section, numbers of level 1, numbers of level 2. Level 3 is not claimed.
 * Source: the published list of requirements (github.com/OWASP/ASVS, 5.0/docs_en, CSV).
 */
const ASVS: readonly (readonly [section: string, level1: readonly number[], level2: readonly number[]])[] = [
  ['1.1', [], [1, 2]],
  ['1.2', [1, 2, 3, 4, 5], [6, 7, 8, 9]],
  ['1.3', [1, 2], [3, 4, 5, 6, 7, 8, 9, 10, 11]],
  ['1.4', [], [1, 2, 3]],
  ['1.5', [1], [2]],
  ['2.1', [1], [2, 3]],
  ['2.2', [1, 2], [3]],
  ['2.3', [1], [2, 3, 4]],
  ['2.4', [], [1]],
  ['3.2', [1, 2], []],
  ['3.3', [1], [2, 3, 4]],
  ['3.4', [1, 2], [3, 4, 5, 6]],
  ['3.5', [1, 2, 3], [4, 5]],
  ['3.7', [], [1, 2]],
  ['4.1', [1], [2, 3]],
  ['4.2', [], [1]],
  ['4.3', [], [1, 2]],
  ['4.4', [1], [2, 3, 4]],
  ['5.1', [], [1]],
  ['5.2', [1, 2], [3]],
  ['5.3', [1, 2], []],
  ['5.4', [], [1, 2, 3]],
  ['6.1', [1], [2, 3]],
  ['6.2', [1, 2, 3, 4, 5, 6, 7, 8], [9, 10, 11, 12]],
  ['6.3', [1, 2], [3, 4]],
  ['6.4', [1, 2], [3, 4]],
  ['6.5', [], [1, 2, 3, 4, 5]],
  ['6.6', [], [1, 2, 3]],
  ['6.8', [], [1, 2, 3, 4]],
  ['7.1', [], [1, 2, 3]],
  ['7.2', [1, 2, 3, 4], []],
  ['7.3', [], [1, 2]],
  ['7.4', [1, 2], [3, 4, 5]],
  ['7.5', [], [1, 2]],
  ['7.6', [], [1, 2]],
  ['8.1', [1], [2]],
  ['8.2', [1, 2], [3]],
  ['8.3', [1], []],
  ['8.4', [], [1]],
  ['9.1', [1, 2, 3], []],
  ['9.2', [1], [2, 3, 4]],
  ['10.1', [], [1, 2]],
  ['10.2', [], [1, 2]],
  ['10.3', [], [1, 2, 3, 4]],
  ['10.4', [1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]],
  ['10.5', [], [1, 2, 3, 4, 5]],
  ['10.6', [], [1, 2]],
  ['10.7', [], [1, 2, 3]],
  ['11.1', [], [1, 2]],
  ['11.2', [], [1, 2, 3]],
  ['11.3', [1, 2], [3]],
  ['11.4', [1], [2, 3, 4]],
  ['11.5', [], [1]],
  ['11.6', [], [1]],
  ['12.1', [1], [2, 3]],
  ['12.2', [1, 2], []],
  ['12.3', [], [1, 2, 3, 4]],
  ['13.1', [], [1]],
  ['13.2', [], [1, 2, 3, 4, 5]],
  ['13.3', [], [1, 2]],
  ['13.4', [1], [2, 3, 4, 5]],
  ['14.1', [], [1, 2]],
  ['14.2', [1], [2, 3, 4]],
  ['14.3', [1], [2, 3]],
  ['15.1', [1], [2, 3]],
  ['15.2', [1], [2, 3]],
  ['15.3', [1], [2, 3, 4, 5, 6, 7]],
  ['16.1', [], [1]],
  ['16.2', [], [1, 2, 3, 4, 5]],
  ['16.3', [], [1, 2, 3, 4]],
  ['16.4', [], [1, 2, 3]],
  ['16.5', [], [1, 2, 3]],
  ['17.1', [], [1]],
  ['17.2', [], [1, 2, 3, 4]],
  ['17.3', [], [1, 2]],
];

/** Sections whose requirements begin with what the documentation has to say. */
const DOCUMENTATION = new Set(['2.1', '5.1', '6.1', '7.1', '8.1', '11.1', '13.1', '14.1', '15.1', '16.1']);

/** OWASP API Security Top 10, 2023. */
const API_RISKS = 10;

function ofSection([section, level1, level2]: (typeof ASVS)[number]): Requirement[] {
  const asksForDocumentation = DOCUMENTATION.has(section);
  return [
    ...level1.map((number) => ({ number, level: 'L1' })),
    ...level2.map((number) => ({ number, level: 'L2' })),
  ]
    .toSorted((one, other) => one.number - other.number)
    .map(({ number, level }) => ({ id: `V${section}.${number}`, level, asksForDocumentation }));
}

/** All requirements of which the project has to say something, in the order of their numbers. */
export const REQUIREMENTS: readonly Requirement[] = [
  ...ASVS.flatMap(ofSection),
  ...Array.from({ length: API_RISKS }, (_, at) => ({
    id: `API${at + 1}:2023`,
    level: '',
    asksForDocumentation: false,
  })),
];
