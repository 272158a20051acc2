import { OutboundError } from './outbound-error.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Headers = Readonly<Record<string, string>>;

/** One request of a chain of redirects. */
export interface Hop {
  readonly url: string;
  readonly method: Method;
  readonly headers: Headers;
  readonly body: string | Uint8Array | undefined;
}

/** Ours to say: they decide what is connected to, how long the body is, and how it is read. */
const OURS = new Set([
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding', 'te'],
  ...['keep-alive', 'upgrade', 'expect'],
]);

/** What another origin may see; everything else may be a credential, whatever its name. */
const HARMLESS = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);
const OF_A_BODY = new Set(['content-type', 'content-encoding', 'content-language']);

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Names in lower case. @throws OutboundError `refused` for one that is not the caller's to set */
export function checkedHeaders(headers: Headers): Headers {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const refused = lower.find(([name]) => OURS.has(name) || name.startsWith('proxy-'));
  if (refused !== undefined) throw new OutboundError('refused', `the header ${refused[0]} cannot be set`);
  return Object.fromEntries(lower);
}

const without = (headers: Headers, drop: (name: string) => boolean): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !drop(name)));

/** Whether an answer sends elsewhere; one without a place to go to is an answer like any other. */
export function isRedirect(status: number, location: string | undefined): location is string {
  return REDIRECTS.has(status) && location !== undefined;
}

/**
 * What to ask after a redirect (RFC 9110, 15.4). Credentials stay with their origin. So does a body: it may hold what a
 * header may hold, and whoever answers 307 chooses who reads it.
 * @throws OutboundError `refused`
 */
export function nextHop(hop: Hop, status: number, location: string): Hop {
  const from = new URL(hop.url);
  if (!URL.canParse(location, from.href))
    throw new OutboundError('refused', `${from.hostname}: redirects to no URL`);
  const to = new URL(location, from);
  to.hash = '';
  if (from.protocol === 'https:' && to.protocol !== 'https:')
    throw new OutboundError('refused', `${from.hostname}: redirects from https:// to ${to.protocol}//`);
  const isElsewhere = to.origin !== from.origin;
  const becomesGet =
    (status === 303 && hop.method !== 'HEAD') ||
    ((status === 301 || status === 302) && !['GET', 'HEAD'].includes(hop.method));
  if (!becomesGet && isElsewhere && hop.body !== undefined)
    throw new OutboundError(
      'refused',
      `${from.hostname}: redirects what was sent to ${to.hostname}; give that address instead`,
    );
  const seen = isElsewhere ? without(hop.headers, (name) => !HARMLESS.has(name)) : hop.headers;
  if (!becomesGet) return { ...hop, url: to.href, headers: seen };
  return {
    url: to.href,
    method: 'GET',
    headers: without(seen, (name) => OF_A_BODY.has(name)),
    body: undefined,
  };
}
