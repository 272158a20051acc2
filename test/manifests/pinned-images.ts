const pinned = (name: string): string => `images.example/${name}@sha256:${'0'.repeat(64)}`;

/** References by digest, as a release that somebody publishes has them. */
export const PINNED_IMAGES = {
  operator: { repository: 'images.example/operator', digest: `sha256:${'0'.repeat(64)}` },
  app: pinned('app'),
  postgres: pinned('postgres'),
  sampleData: pinned('sample-data'),
  aktools: pinned('aktools'),
};
