import { expect, it } from 'vitest';
import { inRegistry } from './index.ts';

it.each(['registry.example:5000/team', 'registry.example:5000/team/'])(
  'inRegistry keeps names and tags under %s',
  (registry) => {
    expect(
      ['app', 'sample-data'].map((name) => inRegistry(`localhost/stock-analysis/${name}:0a1b`, registry)),
    ).toEqual(['registry.example:5000/team/app:0a1b', 'registry.example:5000/team/sample-data:0a1b']);
  },
);
