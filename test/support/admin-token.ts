/** A token in place of the administrator's certificate, whose signatures an API server verifies at each single request. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface AdminToken {
  readonly token: string;
  /** For `--token-auth-file`. */
  readonly file: string;
}

/** @param name of the control plane, which may share the folder with others */
export function writeTokens(folder: string, name = 'control-plane'): AdminToken {
  const token = randomBytes(16).toString('hex');
  const file = join(folder, `tokens-${name}.csv`);
  writeFileSync(file, `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  return { token, file };
}

/** A kubeconfig (JSON is YAML) of the same cluster for the bearer of the token; returns `target`. */
export function withToken(kubeconfig: string, token: string, target: string): string {
  const config: { readonly users: readonly { readonly name: string }[] } = JSON.parse(
    readFileSync(kubeconfig, 'utf8'),
  );
  const users = config.users.map(({ name }) => ({ name, user: { token } }));
  writeFileSync(target, JSON.stringify({ ...config, users }), { mode: 0o600 });
  return target;
}
