/** One broken rule of a request: `parameter` is the name of the field that the page sent. */
export interface ParameterProblem {
  readonly parameter: string;
  readonly detail: string;
}

interface Particulars {
  readonly requestId?: string | undefined;
  readonly errors?: readonly ParameterProblem[];
  /** Of `Retry-After`. */
  readonly retryAfterSeconds?: number | undefined;
}

/** An answer that is not 2xx, as application/problem+json describes it; `kind` is the last part of its type. */
export class ProblemError extends Error {
  readonly status: number;
  readonly kind: string;
  readonly requestId: string | undefined;
  readonly errors: readonly ParameterProblem[];
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, kind: string, detail: string, particulars: Particulars = {}) {
    super(detail);
    this.name = 'ProblemError';
    this.status = status;
    this.kind = kind;
    this.requestId = particulars.requestId;
    this.errors = particulars.errors ?? [];
    this.retryAfterSeconds = particulars.retryAfterSeconds;
  }
}

/** Whatever was thrown, as a problem: what is none is a fault of the page. */
export const asProblem = (error: unknown): ProblemError =>
  error instanceof ProblemError ? error : new ProblemError(0, 'page', String(error));

export type Query = Readonly<Record<string, string | undefined>>;

/** `?a=1&b=2` of what is given; empty where nothing is. */
export function queryText(values: Query): string {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length > 0 ? `?${new URLSearchParams(given).toString()}` : '';
}

export interface Wanted {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** The kinds of refusals that are overcome, where the form that sends it deals with all others itself; absent: every kind. */
  readonly overcomes?: readonly string[];
}

/** What the requests need of who sits before the page. */
export interface Reader {
  /** Of the session; undefined: nobody is signed in. */
  csrfToken(): string | undefined;
  /** Has the reader do what the refusal asks for; true: the request, which only reads if `isSafe`, is worth repeating. */
  overcome(problem: ProblemError, isSafe: boolean): Promise<boolean>;
}

/** A refusal like one before it is not overcome a second time, so this many at most lie before one answer. */
const MOST_REPEATS = 4;

/** Sends requests to the server that the page came from. */
export class HttpClient {
  private readonly reader: Reader;
  private readonly fetch: typeof fetch;

  constructor(reader: Reader, fetcher: typeof fetch = (...args) => fetch(...args)) {
    this.reader = reader;
    this.fetch = fetcher;
  }

  /**
   * The JSON of an answer; undefined where it has no content.
   * @throws ProblemError for an answer that is not 2xx, and of the kind `unreachable` where there is none
   */
  async send<T>(path: string, wanted: Wanted = {}): Promise<T> {
    const response = await this.answer(path, wanted);
    const text = await response.text().catch((error: unknown) => gaveUp(error, wanted.signal));
    // What these routes answer is their contract; test/e2e holds the page and the server together.
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** The file of an answer, and the name that the server gives it. @throws ProblemError as `send` */
  async file(path: string): Promise<{ readonly content: Blob; readonly name: string | undefined }> {
    const response = await this.answer(path, {});
    const [, name] = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '') ?? [];
    return { content: await response.blob(), name };
  }

  private async answer(path: string, wanted: Wanted): Promise<Response> {
    const overcome = new Set<string>();
    for (;;) {
      const response = await this.once(path, wanted);
      if (response.ok) return response;
      const problem = await problemOf(response);
      const isOwn = wanted.overcomes?.includes(problem.kind) === false;
      const isOver = isOwn || overcome.has(problem.kind) || overcome.size >= MOST_REPEATS;
      const isSafe = (wanted.method ?? 'GET') === 'GET';
      if (isOver || !(await this.reader.overcome(problem, isSafe))) throw problem;
      overcome.add(problem.kind);
    }
  }

  private async once(path: string, { method = 'GET', body, signal }: Wanted): Promise<Response> {
    const headers = new Headers({ accept: 'application/json' });
    const csrfToken = method === 'GET' ? undefined : this.reader.csrfToken();
    if (csrfToken !== undefined) headers.set('X-CSRF-Token', csrfToken);
    if (body !== undefined) headers.set('Content-Type', 'application/json');
    try {
      return await this.fetch(path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      return gaveUp(error, signal);
    }
  }
}

/** Who gave a request up knows it; every other end of a connection is a server that cannot be reached. */
function gaveUp(error: unknown, signal: AbortSignal | undefined): never {
  if (signal?.aborted) throw error;
  throw new ProblemError(0, 'unreachable', String(error));
}

const isParameterProblem = (value: unknown): value is ParameterProblem =>
  typeof value === 'object' &&
  value !== null &&
  'parameter' in value &&
  typeof value.parameter === 'string' &&
  'detail' in value &&
  typeof value.detail === 'string';

async function problemOf(response: Response): Promise<ProblemError> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const text = (key: string): string => (typeof body[key] === 'string' ? body[key] : '');
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new ProblemError(response.status, text('type').split('/').at(-1) ?? '', text('detail'), {
    requestId: text('requestId') === '' ? undefined : text('requestId'),
    errors: Array.isArray(body['errors']) ? body['errors'].filter(isParameterProblem) : [],
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
  });
}
