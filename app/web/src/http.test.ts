import { describe, expect, it } from 'vitest';
import { HttpClient, type ProblemError, queryText, type Reader } from './http.ts';

interface Sent {
  readonly path: string;
  readonly method: string | undefined;
  readonly csrfToken: string | null;
  readonly body: unknown;
}

const problem = (status: number, kind: string, headers: Record<string, string> = {}): Response =>
  Response.json(
    {
      type: `https://stockanalysis.dev/problems/${kind}`,
      detail: `it is ${kind}`,
      requestId: 'r-1',
      errors: [{ parameter: 'name', detail: 'must not be empty' }, { parameter: 1 }],
    },
    { status, headers },
  );

/** A server that gives these answers in turn, and a reader who does what is asked for as long as they are willing to. */
function page(answers: readonly (() => Response)[], isWilling = true) {
  const sent: Sent[] = [];
  const asked: string[] = [];
  const left = [...answers];
  const reader: Reader = {
    csrfToken: () => `token-${asked.length}`,
    overcome: (refusal, isSafe) => {
      asked.push(isSafe ? `${refusal.kind} of what reads` : refusal.kind);
      return Promise.resolve(isWilling);
    },
  };
  const client = new HttpClient(reader, (path, init) => {
    sent.push({
      path: path instanceof Request ? path.url : path.toString(),
      method: init?.method,
      csrfToken: new Headers(init?.headers).get('X-CSRF-Token'),
      body: init?.body,
    });
    const answer = left.shift();
    return answer ? Promise.resolve(answer()) : Promise.reject(new TypeError('no more answers'));
  });
  return { client, sent, asked };
}

const refusalOf = (promise: Promise<unknown>): Promise<ProblemError> =>
  promise.then(
    () => Promise.reject(new Error('was not refused')),
    (error: ProblemError) => error,
  );

describe('a request of the page', () => {
  it('carries the token of the session where it changes something, and only there', async () => {
    const { client, sent } = page([() => Response.json({ id: 1 }), () => Response.json({ id: 2 })]);
    expect(await client.send('/a')).toEqual({ id: 1 });
    expect(await client.send('/b', { method: 'POST', body: { name: 'x' } })).toEqual({ id: 2 });
    expect(sent).toEqual([
      { path: '/a', method: 'GET', csrfToken: null, body: undefined },
      { path: '/b', method: 'POST', csrfToken: 'token-0', body: '{"name":"x"}' },
    ]);
  });

  it('resolves with nothing where the answer has no content', async () => {
    const { client } = page([() => new Response(null, { status: 204 })]);
    expect(await client.send('/a', { method: 'DELETE' })).toBeUndefined();
  });

  it('is repeated with the token of then when the reader did what was asked for', async () => {
    const { client, sent, asked } = page([
      () => problem(403, 'step-up-required'),
      () => Response.json({ done: true }),
    ]);
    expect(await client.send('/a', { method: 'POST' })).toEqual({ done: true });
    expect(asked).toEqual(['step-up-required']);
    expect(sent.map(({ csrfToken }) => csrfToken)).toEqual(['token-0', 'token-1']);
  });

  it('overcomes one refusal after the other, and none of them twice', async () => {
    const { client, sent, asked } = page([
      () => problem(401, 'unauthorized'),
      () => problem(403, 'step-up-required'),
      () => problem(401, 'unauthorized'),
      () => Response.json({}),
    ]);
    expect(await refusalOf(client.send('/a', { method: 'POST' }))).toMatchObject({ kind: 'unauthorized' });
    expect(asked).toEqual(['unauthorized', 'step-up-required']);
    expect(sent).toHaveLength(3);
  });

  it('is refused as the server refused it when the reader thought better of it', async () => {
    const { client, sent } = page([() => problem(403, 'step-up-required')], false);
    expect(await refusalOf(client.send('/a', { method: 'POST' }))).toMatchObject({
      status: 403,
      kind: 'step-up-required',
      message: 'it is step-up-required',
      requestId: 'r-1',
      errors: [{ parameter: 'name', detail: 'must not be empty' }],
      retryAfterSeconds: undefined,
    });
    expect(sent).toHaveLength(1);
  });

  it('of a form that deals with refusals itself asks nobody, and says when to come again', async () => {
    const { client, asked } = page([() => problem(429, 'too-many-requests', { 'Retry-After': '30' })]);
    const refusal = await refusalOf(client.send('/a', { method: 'POST', overcomes: ['step-up-required'] }));
    expect(refusal).toMatchObject({ status: 429, retryAfterSeconds: 30 });
    expect(asked).toEqual([]);
  });

  it('says that the server cannot be reached, or lets through that it was given up', async () => {
    const { client } = page([]);
    expect(await refusalOf(client.send('/a'))).toMatchObject({ status: 0, kind: 'unreachable' });
    const abort = AbortSignal.abort();
    await expect(client.send('/a', { signal: abort })).rejects.toThrow(TypeError);
  });

  it('is a problem where the answer is none that we know', async () => {
    const { client } = page([() => new Response('<h1>Bad Gateway</h1>', { status: 502 })], false);
    expect(await refusalOf(client.send('/a'))).toMatchObject({ status: 502, kind: '', errors: [] });
  });

  it('brings a file with the name that the server gives it', async () => {
    const headers = { 'Content-Disposition': 'attachment; filename="audit-1-9.csv"' };
    const { client } = page([() => new Response('a,b', { headers })]);
    const { content, name } = await client.file('/a');
    expect([await content.text(), name]).toEqual(['a,b', 'audit-1-9.csv']);
  });
});

describe('queryText', () => {
  it('leaves out what is not given and escapes the rest', () => {
    expect(queryText({ a: undefined })).toBe('');
    expect(queryText({ a: 'x y&z', b: undefined, c: '1' })).toBe('?a=x+y%26z&c=1');
  });
});
