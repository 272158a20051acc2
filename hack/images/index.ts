/** What other parts of hack/ and the tests use of this folder. */
import { join } from 'node:path';
import { buildImages as build } from './build.ts';

/** References and docker-archives of all images of this checkout. */
export interface ImageSet {
  readonly refs: {
    readonly operator: string;
    readonly app: string;
    readonly postgres: string;
    readonly sampleData: string;
  };
  readonly archives: readonly string[];
}

/** Builds what the cache does not hold; with nothing to do it takes about a second. */
export async function buildImages(): Promise<ImageSet> {
  const { operator, app, postgres, sampleData } = await build(join(import.meta.dirname, '../..'), []);
  if (!operator || !app || !postgres || !sampleData)
    throw new Error('hack/images/catalog.ts lacks an image that the platform needs');
  const archives = [operator, app, postgres, sampleData].map((image) => image.archive);
  return {
    refs: { operator: operator.ref, app: app.ref, postgres: postgres.ref, sampleData: sampleData.ref },
    archives,
  };
}
