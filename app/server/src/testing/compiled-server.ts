import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { compileServer } from './programs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the compiled server and of {@link PROGRAMS}; read only, for all files share it. */
    compiledServer: string;
  }
}

/** Of tests; files below `src` without their ending. */
const PROGRAMS = {
  entrypoint: 'entrypoint',
  'quick worker': 'monitoring/alerts/testing/quick-worker',
} as const;

/** Set-up of the projects whose tests run programs: once for all files of a project, for it takes a core for ten seconds. */
export default function setup(project: TestProject): () => void {
  const folder = compileServer(Object.values(PROGRAMS).map((file) => `${file}.ts`));
  project.provide('compiledServer', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** The file of a compiled program. */
export const compiled = (program: keyof typeof PROGRAMS): string =>
  join(inject('compiledServer'), `${PROGRAMS[program]}.js`);
