import type { Request, Response } from 'express';

/**
 * Over HTTPS the browser itself enforces, by the prefix, that the cookie is Secure, for this host only and for all of its
 * paths. Over plain HTTP on a laptop it would refuse such a name, so there it is another.
 */
const SECURE_NAME = '__Host-stock-analysis';
const PLAIN_NAME = 'stock-analysis';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

const nameFor = (request: Request): string => (request.secure ? SECURE_NAME : PLAIN_NAME);

function attributes(request: Request): { httpOnly: true; secure: boolean; sameSite: 'lax'; path: '/' } {
  return { httpOnly: true, secure: request.secure, sameSite: 'lax', path: '/' };
}

/** The token of a session; a cookie of the other scheme's name is none. */
export function readSessionCookie(request: Request): string | undefined {
  const prefix = `${nameFor(request)}=`;
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const values = pairs.filter((pair) => pair.startsWith(prefix)).map((pair) => pair.slice(prefix.length));
  // Two of them: somebody planted one, and which is ours cannot be told.
  const [token] = values;
  return values.length === 1 && token !== undefined && TOKEN.test(token) ? token : undefined;
}

/** Lives as long as the browser or the session, whichever ends first. */
export function writeSessionCookie(
  request: Request,
  response: Response,
  token: string,
  expiresAt: Date,
): void {
  response.cookie(nameFor(request), token, { ...attributes(request), expires: expiresAt });
}

export function clearSessionCookie(request: Request, response: Response): void {
  response.clearCookie(nameFor(request), attributes(request));
}
