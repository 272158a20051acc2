import { existing } from './providers/existing.ts';
import { kind } from './providers/kind.ts';
import { local } from './providers/local.ts';
import type { Provider } from './providers/provider.ts';

const PROVIDERS: readonly Provider[] = [local, kind, existing];

/** The provider that CLUSTER_PROVIDER names, `local` by default. */
export function provider(name = process.env['CLUSTER_PROVIDER'] ?? 'local'): Provider {
  const found = PROVIDERS.find((one) => one.name === name);
  if (found) return found;
  throw new Error(
    `CLUSTER_PROVIDER=${name} is unknown; there are ${PROVIDERS.map((one) => one.name).join(', ')}`,
  );
}

export { toolPath } from './go-tools.ts';
