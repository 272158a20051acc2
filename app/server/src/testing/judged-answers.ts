import { type HostileRequest, MARKER } from './hostile-messages.ts';
import type { Answer } from './raw-http.ts';

/** What only the inside knows: stacks, paths of files, SQL and what PostgreSQL says about it. */
const INSIDE = [
  /\n\s+at .+[:)]/,
  /node_modules|node:internal|\.[jt]s:\d+/,
  /\/(src|dist|home|root|work|usr|app\/server)\/[\w-]+/,
  /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.+\b(FROM|VALUES|SET|WHERE)\b/,
  /syntax error at or near|invalid input syntax|violates .+ constraint|relation "/i,
  /root:.*:0:0:/,
];

/** What every answer tells a browser, whoever gave it. */
const HEADERS = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['content-security-policy', "default-src 'none'"],
  ['content-security-policy', "base-uri 'none'"],
  ['content-security-policy', "frame-ancestors 'none'"],
] as const;

const PROBLEM = 'application/problem+json';

const first = (answer: Answer, name: string): string => answer.headers.get(name)?.[0] ?? '';

function problemOf(answer: Answer): { status?: unknown; requestId?: unknown } {
  try {
    return JSON.parse(answer.body) as object;
  } catch {
    return {};
  }
}

/** The id under which the answer can be found in the log. */
export function requestIdOfAnswer(answer: Answer): string {
  return first(answer, 'x-request-id') || String(problemOf(answer).requestId);
}

/** The server is warm and asked by few at once: there is no reason for a 503 either, whatever it says. */
function aboutStatus({ status }: Answer): string[] {
  return status >= 200 && status < 500 ? [] : [`status ${status}`];
}

function aboutRefusal(answer: Answer, hasBody: boolean): string[] {
  if (answer.status < 400) return [];
  const complaints = [];
  if (!first(answer, 'content-type').startsWith(PROBLEM))
    complaints.push('a refusal that is no problem+json');
  if (first(answer, 'x-request-id') === '') complaints.push('a refusal without X-Request-Id');
  if (!hasBody) return complaints;
  const problem = problemOf(answer);
  if (problem.status !== answer.status) complaints.push('a problem that has another status');
  if (problem.requestId !== first(answer, 'x-request-id')) complaints.push('a problem that has another id');
  return complaints;
}

/** A browser runs what is HTML, and what it may take for HTML; a proxy obeys what is a header. */
function aboutReflection(answer: Answer, marker: string): string[] {
  const complaints = [];
  const type = first(answer, 'content-type');
  for (const [name, wanted] of HEADERS)
    if (!first(answer, name).includes(wanted)) complaints.push(`${name} without ${wanted}`);
  if (type !== '' && !/^(application|text)\/[\w.+-]+(; charset=utf-8)?$/i.test(type))
    complaints.push(`content type ${type}`);
  if (!/json/.test(type) && answer.body.includes(marker)) complaints.push(`the marker in ${type}`);
  for (const [name, values] of answer.headers) {
    if (name === 'x-injected') complaints.push('a header of the client');
    if (values.some((value) => value.includes(marker))) complaints.push(`the marker in the header ${name}`);
  }
  return complaints;
}

/** Words that a client sent, in this request or an earlier one, carry a marker and tell nothing. */
function aboutInside({ body }: Answer): string[] {
  const found = INSIDE.flatMap((pattern) => pattern.exec(body)?.[0] ?? []);
  return found.filter((text) => !MARKER.test(text)).map((text) => `tells of the inside: ${text}`);
}

/** Everything that is wrong with an answer to a hostile request; empty: nothing. */
export function complaintsAbout(request: HostileRequest, answer: Answer): string[] {
  const hasBody = !request.isHead;
  const complaints = [
    ...aboutStatus(answer),
    ...aboutRefusal(answer, hasBody),
    ...aboutReflection(answer, request.marker),
    ...aboutInside(answer),
  ];
  return complaints;
}
