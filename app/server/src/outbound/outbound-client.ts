import { isIP, type LookupFunction } from 'node:net';
import { Client, type Dispatcher, errors } from 'undici';
import { readBounded } from './bounded-body.ts';
import { type Destination, type Target, targetOf } from './destination.ts';
import { checkedHeaders, type Headers, type Hop, isRedirect, type Method, nextHop } from './hop.ts';
import { type Network, systemNetwork } from './network.ts';
import { OutboundError } from './outbound-error.ts';
import { isPublicAddress } from './public-address.ts';

export interface OutboundLimits {
  /** From resolving the name to the last byte, redirects included. */
  readonly deadlineMs: number;
  /** Of a body, before and after decoding. */
  readonly maxBytes: number;
}

export interface OutboundRequest {
  readonly url: string;
  readonly method?: Method;
  readonly headers?: Headers;
  readonly body?: string | Uint8Array;
  readonly limits: OutboundLimits;
  /** How many redirects are followed; 0, the default: the redirect is the answer. */
  readonly redirects?: number;
  /** The status is all that is wanted: the body is not waited for, and `body` is empty. */
  readonly withoutBody?: boolean;
  readonly signal?: AbortSignal;
}

export interface OutboundAnswer {
  /** What was asked last. */
  readonly url: string;
  readonly status: number;
  /** Media type without parameters, in lower case. */
  readonly mediaType: string;
  /** Retry-After as it was sent: seconds or a date. */
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
}

export interface OutboundOptions {
  readonly connectMs?: number;
  /** Certificates, in PEM, of authorities to trust instead of the well-known ones. */
  readonly ca?: string;
  readonly network?: Network;
}

const CONNECT_MS = 5_000;
/** Silence within a body. */
const SILENCE_MS = 30_000;
const MOST_REDIRECTS = 5;

/** The only value of a header that is read here; one that was repeated says nothing. */
function headerOf({ headers }: Dispatcher.ResponseData, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

function mediaTypeOf(answer: Dispatcher.ResponseData): string {
  return (headerOf(answer, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** A name has the addresses that were judged, and no others: asked again, it could have others. */
function pinnedTo(addresses: readonly string[], network: Network): LookupFunction {
  const entries = addresses.map((one) => {
    const address = network.reach(one);
    return { address, family: isIP(address) };
  });
  return (_name, { all }, done) => {
    const [first] = entries;
    if (first === undefined) done(new Error('no address'), '', 0);
    else if (all === true) done(null, entries);
    else done(null, first.address, first.family);
  };
}

/**
 * HTTP to the outside, the only way there is (docs/decisions/2026-11-26-outbound.md). Each request has a connection of its
 * own, so none is used for a name that it was not judged for.
 */
export class OutboundClient {
  readonly #destination: Destination;
  readonly #options: OutboundOptions;
  readonly #network: Network;
  readonly #open = new Set<Client>();

  constructor(destination: Destination, options: OutboundOptions = {}) {
    this.#destination = destination;
    this.#options = options;
    this.#network = options.network ?? systemNetwork;
  }

  /** @throws OutboundError when there is no answer; what `signal` was aborted with */
  async send(request: OutboundRequest): Promise<OutboundAnswer> {
    const { limits, method = 'GET', body } = request;
    let left = Math.min(request.redirects ?? 0, MOST_REDIRECTS);
    const isFollowing = left > 0;
    const deadline = AbortSignal.timeout(limits.deadlineMs);
    const signal = AbortSignal.any([deadline, ...(request.signal === undefined ? [] : [request.signal])]);
    const options = { limits, withoutBody: request.withoutBody ?? false };
    let hop: Hop = { url: request.url, method, headers: checkedHeaders(request.headers ?? {}), body };
    for (;;) {
      const answer = await this.#ask(hop, options, { deadline, signal, isFollowing }).catch(
        (error: unknown) => {
          request.signal?.throwIfAborted();
          throw error;
        },
      );
      if (!('location' in answer)) return answer;
      if (left === 0)
        throw new OutboundError('too-many-redirects', `${new URL(hop.url).hostname}: redirects too often`);
      left -= 1;
      hop = nextHop(hop, answer.status, answer.location);
    }
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((client) => client.destroy()));
  }

  async #ask(hop: Hop, options: HopOptions, waiting: Waiting): Promise<OutboundAnswer | Redirect> {
    const target = targetOf(this.#destination, hop.url);
    const progress = { headersSeen: false };
    let client: Client | undefined;
    try {
      const addresses = target.needsPublicAddress
        ? await this.#publicAddresses(target, waiting.signal)
        : undefined;
      client = this.#connectionTo(target, addresses);
      return await exchange(client, { hop, target, ...options, waiting, progress });
    } catch (error) {
      throw failureOf(error, target, progress.headersSeen, waiting.deadline.aborted);
    } finally {
      if (client !== undefined) this.#end(client);
    }
  }

  /** @throws OutboundError `refused` unless all are public: which one is connected to is not ours to choose */
  async #publicAddresses({ name, url }: Target, signal: AbortSignal): Promise<readonly string[]> {
    const addresses = isIP(name) === 0 ? await this.#resolve(name, signal) : [name];
    if (addresses.length > 0 && addresses.every(isPublicAddress)) return addresses;
    throw new OutboundError(
      'refused',
      `${url.hostname}: its address is not one of the public Internet`,
      addresses.join(', '),
    );
  }

  async #resolve(name: string, signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted();
    try {
      return await this.#network.resolve(name, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw new OutboundError('unresolvable', `${name}: this name has no address`, error);
    }
  }

  #connectionTo({ url }: Target, addresses: readonly string[] | undefined): Client {
    const { connectMs = CONNECT_MS, ca } = this.#options;
    const client = new Client(url.origin, {
      connect: {
        timeout: connectMs,
        // Said, so that no variable of the environment (NODE_TLS_REJECT_UNAUTHORIZED) can unsay it.
        rejectUnauthorized: true,
        ...(ca === undefined ? {} : { ca }),
        ...(addresses === undefined ? {} : { lookup: pinnedTo(addresses, this.#network) }),
      },
      allowH2: false,
      pipelining: 0,
      bodyTimeout: SILENCE_MS,
    });
    this.#open.add(client);
    return client;
  }

  #end(client: Client): void {
    this.#open.delete(client);
    client.destroy().catch(() => undefined);
  }
}

interface Waiting {
  readonly deadline: AbortSignal;
  /** The deadline, and the caller's own. */
  readonly signal: AbortSignal;
  readonly isFollowing: boolean;
}

interface Redirect {
  readonly status: number;
  readonly location: string;
}

interface HopOptions {
  readonly limits: OutboundLimits;
  readonly withoutBody: boolean;
}

interface Exchange extends HopOptions {
  readonly hop: Hop;
  readonly target: Target;
  readonly waiting: Waiting;
  readonly progress: { headersSeen: boolean };
}

async function exchange(
  client: Client,
  { hop, target, limits, withoutBody, waiting, progress }: Exchange,
): Promise<OutboundAnswer | Redirect> {
  const { url } = target;
  const answer = await client.request({
    path: url.pathname + url.search,
    method: hop.method,
    headers: { ...hop.headers, 'accept-encoding': 'identity' },
    body: hop.body ?? null,
    headersTimeout: limits.deadlineMs,
    signal: waiting.signal,
  });
  progress.headersSeen = true;
  const location = headerOf(answer, 'location');
  if (waiting.isFollowing && isRedirect(answer.statusCode, location)) {
    answer.body.on('error', () => undefined).destroy();
    return { status: answer.statusCode, location };
  }
  const body = await bodyOf(answer, limits, withoutBody);
  return {
    url: url.href,
    status: answer.statusCode,
    mediaType: mediaTypeOf(answer),
    retryAfter: headerOf(answer, 'retry-after'),
    body,
  };
}

async function bodyOf(
  answer: Dispatcher.ResponseData,
  { maxBytes }: OutboundLimits,
  withoutBody: boolean,
): Promise<Buffer> {
  if (withoutBody) {
    answer.body.on('error', () => undefined).destroy();
    return Buffer.alloc(0);
  }
  const [length, encoding] = [headerOf(answer, 'content-length'), headerOf(answer, 'content-encoding')];
  return readBounded(answer.body, { length, encoding }, maxBytes);
}

function failureOf(
  error: unknown,
  { url: { hostname } }: Target,
  headersSeen: boolean,
  deadlinePassed: boolean,
): unknown {
  if (error instanceof OutboundError) return error;
  if (deadlinePassed)
    return headersSeen
      ? new OutboundError('endless', `${hostname}: the answer did not end before the deadline`, error)
      : new OutboundError('timeout', `${hostname}: no answer before the deadline`, error);
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError)
    return new OutboundError('timeout', `${hostname}: the server fell silent`, error);
  return new OutboundError('unreachable', `${hostname}: the server cannot be reached`, error);
}
