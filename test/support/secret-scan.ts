/** Looks for secret values in everything that an operator writes where they do not belong. */
import type { FaultProxy } from './fault-proxy.ts';
import type { Secret } from './kube-objects.ts';
import { logOf } from './operator-runner.ts';
import type { Plan } from './plan.ts';

/** Keys of generated Secrets whose values are secret; the others are names, addresses and certificates. */
const SECRET_KEYS = new Set(['password', 'token', 'tls.key', 'migratorPassword']);

/** What is secret of a keyring: its keys; the kids stand in status and beside whatever they made. */
function keysOf(base64: string): string[] {
  const keyring: readonly { readonly key: string }[] = JSON.parse(
    Buffer.from(base64, 'base64').toString('utf8'),
  );
  return [base64, ...keyring.map(({ key }) => key)];
}

/** The value as it stands in a Secret, as text, and inside of JSON, where a key's line ends are escaped. */
function forms(base64: string): string[] {
  const text = Buffer.from(base64, 'base64').toString('utf8').trim();
  return [base64, text, JSON.stringify(text).slice(1, -1)];
}

/** What is secret in these Secrets, in every form in which it may be copied. */
export function secretValues(secrets: readonly Secret[]): string[] {
  return secrets
    .flatMap(({ data }) => Object.entries(data ?? {}))
    .flatMap(([key, value]) => {
      if (key === 'keyring.json') return keysOf(value);
      return SECRET_KEYS.has(key) ? forms(value) : [];
    });
}

export class SecretScan {
  readonly #written: { readonly object: string; readonly text: string }[] = [];
  readonly #secrets: string[] = [];

  /** Keeps what goes through the proxy from now on: of Secrets the metadata, of everything else all. */
  static start(proxy: FaultProxy): SecretScan {
    const scan = new SecretScan();
    proxy.intercept({
      beforeForward: ({ target, record, body }) => {
        if (record.kind === 'write') scan.#keep(target.resource, record.object, body.toString('utf8'));
        return undefined;
      },
    });
    return scan;
  }

  #keep(resource: string, object: string, text: string): void {
    if (resource !== 'secrets' || text === '') return void this.#written.push({ object, text });
    const secret: Secret = JSON.parse(text);
    // Deletes have a body without metadata.
    if (secret.data) this.#secrets.push(...secretValues([secret]));
    return void this.#written.push({ object, text: JSON.stringify(secret.metadata ?? {}) });
  }

  /** Where a secret value stands that should not; the values themselves are never said. */
  async leaks(plan: Plan): Promise<string[]> {
    const values = [...this.#secrets, ...secretValues(await plan.list<Secret>('v1', 'secrets'))];
    const texts = [...this.#written, { object: 'the log', text: logOf(plan.operator) }];
    const holds = (text: string): boolean => values.some((value) => value !== '' && text.includes(value));
    return texts.filter(({ text }) => holds(text)).map(({ object }) => `a secret value stands in ${object}`);
  }
}
