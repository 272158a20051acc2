/** A name that ends in one of these, written in any way (`newPassword`, `X-Api-Key`, `csrf_token`), is of a secret. */
const ENDINGS = [
  ...['password', 'passwd', 'passphrase', 'pwd', 'passwordhash'],
  ...['secret', 'secrets', 'token', 'tokens', 'credential', 'credentials'],
  ...['apikey', 'apikeys', 'accesskey', 'privatekey', 'secretkey', 'signingkey', 'sendkey'],
  ...['authorization', 'cookie', 'cookies', 'signature', 'connectionstring', 'databaseurl'],
  ...['totp', 'otp', 'recoverycode', 'recoverycodes', 'totpcode'],
] as const;

/** Too short to be an ending. `key` is how webhooks of DingTalk, WeCom and Google's services name theirs. */
const IN_QUERIES = new Set(['key', 'sig', 'sign', 'auth', 'sid', 'code', 'ticket', 'jwt']);

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Of a field in an object. */
export function isSensitiveName(name: string): boolean {
  const word = plain(name);
  return ENDINGS.some((ending) => word.endsWith(ending));
}

/** Of a key in the query of a URL, where short names stand for secrets more often. */
export function isSensitiveInQuery(name: string): boolean {
  return IN_QUERIES.has(plain(name)) || isSensitiveName(name);
}

/** The same as a part of a regular expression, for texts: a separator may stand between two words. */
export const SENSITIVE_WORDS = ENDINGS.map((ending) =>
  ending.replace(
    /(api|access|private|secret|signing|send|recovery|totp|database|connection|password)(?=.)/,
    '$1[_-]?',
  ),
).join('|');
