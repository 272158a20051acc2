import { expect, it } from 'vitest';
import { inRegistry, type ImageSet } from './index.ts';

const built = (name: string): ImageSet['app'] => ({
  ref: `localhost/stock-analysis/${name}:0a1b`,
  archive: `/cache/${name}-0a1b.tar`,
  id: '0a1b',
  totalBytes: 1,
  ownBytes: 1,
});
const IMAGES: ImageSet = {
  operator: built('operator'),
  app: built('app'),
  postgres: built('postgres'),
  sampleData: built('sample-data'),
};

it.each(['registry.example:5000/team', 'registry.example:5000/team/'])(
  'inRegistry keeps names and tags under %s',
  (registry) => {
    expect(inRegistry(IMAGES, registry)).toEqual({
      operator: 'registry.example:5000/team/operator:0a1b',
      app: 'registry.example:5000/team/app:0a1b',
      postgres: 'registry.example:5000/team/postgres:0a1b',
      sampleData: 'registry.example:5000/team/sample-data:0a1b',
    });
  },
);
