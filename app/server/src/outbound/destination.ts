import { isIP } from 'node:net';
import { OutboundError } from './outbound-error.ts';

/** Where a client may send to. */
export type Destination =
  /** What the administrator wrote into config.yaml: exactly this origin, which may be inside of the cluster. */
  | { readonly kind: 'configured'; readonly origin: string }
  /** What a user wrote: public addresses only, over HTTPS unless told otherwise. */
  | { readonly kind: 'user-supplied'; readonly allowHttp?: boolean; readonly ports?: readonly number[] };

/** A destination that may be asked, and what has to be resolved and judged before: undefined for a configured one. */
export interface Target {
  readonly url: URL;
  readonly name: string;
  readonly needsPublicAddress: boolean;
}

const LONGEST_URL = 2_048;
const PORTS = { 'https:': [443, 8443], 'http:': [80, 8080] } as const;

/** Names that never stand for a machine of the Internet (RFC 6761, 6762, 8375, 9476, ICANN's `internal`). */
const SPECIAL_NAMES =
  /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home\.arpa|arpa|invalid|test|example|onion|alt)$/;

function refuse(why: string): never {
  throw new OutboundError('refused', why);
}

/** URL.canParse and `new URL` agree; what they read is also what is connected to, so there is no second opinion. */
function parse(text: string): URL {
  if (text.length > LONGEST_URL) return refuse(`a URL has at most ${LONGEST_URL} characters`);
  if (!URL.canParse(text)) return refuse('this is not a URL such as https://example.com/path');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    return refuse(`${url.hostname}: a URL must not hold a user or a password; send a header instead`);
  return url;
}

/** Judges scheme, port and name; the address is judged when it is known. Numbers of any form are addresses by now. */
function checkUserSupplied(
  url: URL,
  name: string,
  { allowHttp = false, ports = [] }: Extract<Destination, { kind: 'user-supplied' }>,
): void {
  const { protocol, hostname } = url;
  if (protocol !== 'https:' && !(protocol === 'http:' && allowHttp))
    return refuse(`${hostname}: the URL must begin with https://${allowHttp ? ' or http://' : ''}`);
  const known = PORTS[protocol];
  const port = url.port === '' ? known[0] : Number(url.port);
  const allowed = [...known, ...ports];
  if (!allowed.includes(port)) return refuse(`${hostname}: the port must be one of ${allowed.join(', ')}`);
  if (isIP(name) === 0 && (!name.includes('.') || SPECIAL_NAMES.test(name)))
    return refuse(`${hostname}: this is no name of a server in the Internet`);
}

/** The host as a resolver takes it: without the brackets of IPv6 and the dot that may end a name. */
const nameOf = ({ hostname }: URL): string =>
  hostname.startsWith('[') ? hostname.slice(1, -1) : hostname.replace(/\.$/, '');

/** @throws OutboundError `refused` */
export function targetOf(destination: Destination, text: string): Target {
  const url = parse(text);
  const name = nameOf(url);
  if (destination.kind === 'configured') {
    if (url.origin !== destination.origin)
      refuse(`${url.origin} is not the configured ${destination.origin}`);
    return { url, name, needsPublicAddress: false };
  }
  checkUserSupplied(url, name, destination);
  return { url, name, needsPublicAddress: true };
}
