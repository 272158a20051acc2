import { fileURLToPath } from 'node:url';
import { capture } from '../lib/shell.ts';
import { ensureGo } from './go.ts';

/** One folder with a go.mod per entry below `go/`, for modules of which files are read and nothing is built. */
const SOURCES = {
  'prometheus-operator-crds': 'github.com/prometheus-operator/prometheus-operator',
} as const;

/**
 * Folder of a module's files, fetched first when it is not there. Go compares them with go.sum.
 * @throws Error that names the module where it cannot be fetched
 */
export async function sourceFolder(name: keyof typeof SOURCES): Promise<string> {
  const module = SOURCES[name];
  await ensureGo();
  const cwd = fileURLToPath(new URL(`go/${name}`, import.meta.url));
  const answer = await capture('go', ['mod', 'download', '-json', module], { cwd, env: { GOFLAGS: '' } });
  const { Dir: folder } = JSON.parse(answer) as { readonly Dir?: string };
  if (folder === undefined) throw new Error(`go mod download gave no folder of ${module}`);
  return folder;
}
