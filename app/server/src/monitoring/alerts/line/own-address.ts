import { isIPv6 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { Configuration } from '../../../common/configuration/configuration.ts';

/** What a listener is told to listen at everywhere. */
const EVERYWHERE = new Set(['0.0.0.0', '::']);

type Interfaces = NodeJS.Dict<readonly NetworkInterfaceInfo[]>;

/**
 * Where other workers reach the management port of this process, as an origin: in a pod at its address, elsewhere at what it
 * listens at, or the first address of the machine that is not for itself alone. A wrong one costs nothing but an answer.
 * @param port 0: it does not listen yet, and can be asked nowhere
 */
export function ownAddress(
  { host, podAddress }: Configuration['http'],
  port: number,
  interfaces: Interfaces = networkInterfaces(),
): string | undefined {
  if (port === 0) return undefined;
  const address = EVERYWHERE.has(host) ? (podAddress ?? firstAddress(interfaces)) : host;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

function firstAddress(interfaces: Interfaces): string {
  const all = Object.values(interfaces).flatMap((some) => some ?? []);
  const outer = all.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  const first = outer.find(({ family }) => family === 'IPv4') ?? outer[0];
  return first?.address ?? '127.0.0.1';
}
