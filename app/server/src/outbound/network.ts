import { Resolver } from 'node:dns/promises';

/** What a test stands in for: the addresses of names, and where an address is. */
export interface Network {
  /** All addresses of a name, or a failure; asked once for each request to it. */
  resolve(name: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Where an address that was found public is reached: there. A test has no public addresses, and says where instead. */
  reach(address: string): string;
}

const TRY_MS = 2_000;
const TRIES = 2;

/**
 * Asks the DNS itself. `getaddrinfo`, which is the default everywhere else, would try the search domains of the cluster
 * first (`hooks.example.com.svc.cluster.local`), read /etc/hosts, and hold one of four threads that passwords are hashed
 * in for as long as somebody's name server is silent.
 */
async function resolve(name: string, signal: AbortSignal): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES });
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    signal.throwIfAborted();
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (addresses.length === 0) throw failed?.reason ?? new Error(`no address of ${name}`);
    return addresses;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

export const systemNetwork: Network = { resolve, reach: (address) => address };
