/** One step of the test run: a command that passes or fails as a whole, or Vitest projects counted test by test. */
export type Step = { readonly name: string; readonly stopOnFailure?: boolean } & (
  | { readonly command: readonly string[]; readonly projects?: undefined }
  | { readonly projects: readonly string[]; readonly command?: undefined }
);

const typescript = (project: string): Step => ({
  name: `types ${project}`,
  command: ['tsc', '-p', project, '--noEmit'],
});

/** What `make test` runs, in this order; cheap and telling first. */
export const tiers: Readonly<Record<string, readonly Step[]>> = {
  static: [
    { name: 'format', command: ['prettier', '--check', '--log-level=warn', '.'] },
    { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings', '.'] },
    typescript('tsconfig.json'),
    typescript('app/server/tsconfig.json'),
    typescript('app/web/tsconfig.json'),
    {
      name: 'borders',
      command: [
        'depcruise',
        '--config',
        '.dependency-cruiser.cjs',
        'operator/src',
        'app/server/src',
        'app/web/src',
        'hack',
        'test',
      ],
    },
    { name: 'dead code', command: ['knip', '--no-progress'] },
    { name: 'generated files', command: ['node', 'hack/generate/main.ts', '--check'] },
  ],
  unit: [{ name: 'unit', projects: ['unit', 'app', 'app-db'] }],
  apiserver: [{ name: 'apiserver', projects: ['apiserver'] }],
  e2e: [{ name: 'e2e', projects: ['e2e'] }],
};
