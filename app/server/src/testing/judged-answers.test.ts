import { describe, expect, it } from 'vitest';
import type { HostileRequest } from './hostile-messages.ts';
import { complaintsAbout, requestIdOfAnswer } from './judged-answers.ts';
import { parseAnswer } from './raw-http.ts';

const REQUEST: HostileRequest = {
  what: 'a test',
  id: 'hostile-1-1',
  marker: 'mk1x1q',
  parts: [],
  ending: 'waits',
  isHead: false,
};

const GOOD = {
  status: '400 Bad Request',
  headers: [
    'Content-Type: application/problem+json',
    'X-Content-Type-Options: nosniff',
    'Referrer-Policy: no-referrer',
    "Content-Security-Policy: default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    'X-Request-Id: 0123456789',
  ],
  body: { status: 400, requestId: '0123456789', detail: 'x: must be y' } as Record<string, unknown> | string,
};

function complaints(change: Partial<typeof GOOD>): string[] {
  const { status, headers, body } = { ...GOOD, ...change };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = parseAnswer(Buffer.from(`HTTP/1.1 ${[status, ...headers, '', text].join('\r\n')}`));
  if (answer === undefined) throw new Error('no answer');
  return complaintsAbout(REQUEST, answer);
}

describe('complaintsAbout', () => {
  it('has nothing against a refusal as it should be', () => expect(complaints({})).toEqual([]));

  it('takes words of a client for no words of the inside, of whichever request they are', () => {
    expect(
      complaints({ body: { ...(GOOD.body as object), detail: "SELECT 'mk6x77q' FROM app.users" } }),
    ).toEqual([]);
  });

  const without = (start: string) => ({
    headers: GOOD.headers.filter((header) => !header.startsWith(start)),
  });
  const withBody = (detail: string) => ({ body: { ...(GOOD.body as object), detail } });
  it.each<readonly [string, Partial<typeof GOOD>]>([
    ['status 500', { status: '500 Internal Server Error' }],
    ['status 503', { status: '503 Service Unavailable' }],
    ['no problem+json', { headers: ['Content-Type: text/html', ...GOOD.headers.slice(1)] }],
    ['without X-Request-Id', without('X-Request-Id')],
    ['another status', { body: { status: 404, requestId: '0123456789' } }],
    ['another id', { body: { status: 400, requestId: '9876543210' } }],
    ['x-content-type-options without nosniff', without('X-Content')],
    ['referrer-policy without no-referrer', without('Referrer')],
    ["content-security-policy without frame-ancestors 'none'", without('Content-Security')],
    ['content type', { headers: ['Content-Type: text/html; charset=utf-7', ...GOOD.headers.slice(1)] }],
    [
      'the marker in text/html',
      {
        status: '200 OK',
        headers: ['Content-Type: text/html', ...GOOD.headers.slice(1)],
        body: '<b>mk1x1q',
      },
    ],
    ['a header of the client', { headers: [...GOOD.headers, 'X-Injected: yes'] }],
    ['the marker in the header location', { headers: [...GOOD.headers, 'Location: /mk1x1q'] }],
    ['tells of the inside', withBody('Error: x\n    at get (file:///srv/x.js:1:2)')],
    ['tells of the inside', withBody('cannot read /app/server/dist/main.js')],
    ['tells of the inside', withBody('in SELECT id FROM app.users')],
    ['tells of the inside', withBody('invalid input syntax for type date')],
    ['tells of the inside', withBody('root:x:0:0:root:/root:/bin/bash')],
  ])('complains of %s', (complaint, change) => {
    expect(complaints(change).join('; ')).toContain(complaint);
  });
});

describe('parseAnswer', () => {
  it('reads past 100 Continue, joins chunks, and keeps headers that come twice', () => {
    const text =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: 1\r\nA: 2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';
    const answer = parseAnswer(Buffer.from(text));
    expect(answer).toMatchObject({ status: 200, body: 'abcde' });
    expect(answer?.headers.get('a')).toEqual(['1', '2']);
  });

  it('takes half a head for no answer', () =>
    expect(parseAnswer(Buffer.from('HTTP/1.1 200'))).toBeUndefined());

  it('finds the id of an answer in its problem where no header has it', () => {
    const answer = parseAnswer(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n{"requestId":"0123456789"}'));
    expect(answer && requestIdOfAnswer(answer)).toBe('0123456789');
  });
});
