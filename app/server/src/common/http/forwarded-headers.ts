import type { Request } from 'express';
import { isIP } from 'node:net';
import type { Middleware } from './middleware.ts';

/** Some gateways add the port of the client: `192.0.2.1:443`, `[2001:db8::1]:443`, `[2001:db8::1]`. */
const WITH_PORT = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+))(?::\d{1,5})?$/i;

/** An entry without its port; what is no address stays what it is, and is refused where it is needed. */
function withoutPort(entry: string): string {
  const [, ipv6, ipv4] = WITH_PORT.exec(entry) ?? [];
  const address = ipv6 ?? ipv4 ?? '';
  return isIP(address) === (ipv6 === undefined ? 4 : 6) ? address : entry;
}

const listOf = (header: string): string[] => header.split(',').map((entry) => entry.trim());

/**
 * How the client itself asked: each proxy of a chain adds an entry at the right, so it is the one as far from the right
 * as the client's address. What stands further left was written by the client. A proxy that writes the header anew leaves
 * fewer entries, and the first of them is the one.
 */
function protocolOf(header: string, { ips }: Request): string {
  const entries = listOf(header);
  return (entries.at(-Math.max(1, ips.length)) ?? entries[0] ?? '').toLowerCase();
}

/**
 * Brings what a trusted proxy says into the form that Express reads: addresses without ports, and of several protocols the
 * one of the client. Express takes the first one, which anybody may have put before those of a proxy that appends.
 */
export function readForwardedHeaders(isTrusted: (address: string) => boolean): Middleware {
  return (request, _response, next) => {
    if (isTrusted(request.socket.remoteAddress ?? '')) {
      const { headers } = request;
      const { 'x-forwarded-for': addresses, 'x-forwarded-proto': protocols } = headers;
      if (typeof addresses === 'string')
        headers['x-forwarded-for'] = listOf(addresses).map(withoutPort).join(', ');
      if (typeof protocols === 'string') headers['x-forwarded-proto'] = protocolOf(protocols, request);
    }
    next();
  };
}
