/** Builds the plugin of kubectl into one program: `make plugin` prints where it is. */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'rolldown';
import { z } from 'zod';
import { ROOT, cloneState } from './lib/paths.ts';

const ENTRY = join(ROOT, 'operator/src/cli/main.ts');
const PROGRAM = cloneState('bin', 'kubectl-stockanalysis');

const packageSchema = z.object({ version: z.string() });
const LEAST_NODE = '22.19';

/**
 * Said by the program before anything else of it runs: libraries in it take what an older Node lacks as soon as they are
 * loaded. No word of it is newer than that Node.
 */
const NODE_CHECK = `{
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [leastMajor, leastMinor] = '${LEAST_NODE}'.split('.').map(Number);
  if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
    console.error('error: kubectl-stockanalysis needs Node ${LEAST_NODE} or newer; ' + process.execPath + ' is ' + process.versions.node);
    process.exit(1);
  }
}`;

/**
 * One file without packages beside it, for any Node from 22.19 on. An ES module: Node recognizes one by its content also
 * where the file has no extension, and below a package.json with `"type": "module"`, as here, it takes nothing else.
 * The file appears at once and whole, since somebody may be running the one before.
 * @returns path of the program
 */
export async function buildPlugin(program: string = PROGRAM): Promise<string> {
  const operator: unknown = JSON.parse(readFileSync(join(ROOT, 'operator/package.json'), 'utf8'));
  const { version } = packageSchema.parse(operator);
  const unfinished = `${program}.${process.pid}`;
  mkdirSync(dirname(program), { recursive: true });
  try {
    await build({
      input: ENTRY,
      platform: 'node',
      tsconfig: false,
      logLevel: 'warn',
      transform: { define: { PLUGIN_VERSION: JSON.stringify(version) } },
      // Credential plugins bring a large library, which is evaluated for those alone who have one.
      output: {
        file: unfinished,
        format: 'esm',
        codeSplitting: false,
        banner: `#!/usr/bin/env node\n${NODE_CHECK}`,
      },
    });
    chmodSync(unfinished, 0o755);
    renameSync(unfinished, program);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return program;
}

if (import.meta.main) {
  console.log(await buildPlugin());
  console.error(`It needs Node ${LEAST_NODE} or newer on the PATH of whoever runs it.`);
}
