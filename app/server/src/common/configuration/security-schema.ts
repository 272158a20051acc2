import { isIP } from 'node:net';
import { z } from 'zod';

/** An address range such as 10.0.0.0/8 or 2001:db8::/32; a single address is a range of one. */
function isRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

function isOrigin(text: string): boolean {
  return (
    !text.includes('*') &&
    URL.canParse(text) &&
    /^https?:$/.test(new URL(text).protocol) &&
    new URL(text).origin === text
  );
}

const MOST_ENTRIES = 64;
const ranges = z
  .array(z.string().refine(isRange, 'must be an address range such as 10.0.0.0/8'))
  .max(MOST_ENTRIES)
  .default([]);
const perMinute = (fallback: number) => z.int().min(1).max(100_000).default(fallback);

const rateLimit = z.strictObject({
  readingPerMinute: perMinute(600),
  writingPerMinute: perMinute(60),
  loginPerMinute: perMinute(10),
  exportsPerMinute: perMinute(10),
  aiPerMinute: perMinute(20),
});

/** Of whom a second factor is asked before they may do anything else. */
const secondFactor = z.enum(['Optional', 'Administrators', 'Everyone']);

/** Who may reach the server and how; `spec.security` of a StockAnalysis has the same. */
export const security = z
  .strictObject({
    /** Market data may be read without an account. Everything else never. */
    anonymousReading: z.boolean().default(true),
    /** Of a laptop nobody steals a password from afar; the operator asks it of administrators by its own default. */
    secondFactor: secondFactor.default('Optional'),
    corsOrigins: z
      .array(z.string().refine(isOrigin, 'must be an exact origin such as https://app.example.org'))
      .max(MOST_ENTRIES)
      .default([]),
    /** Empty: from everywhere. Judged on the address that trusted proxies tell. */
    allowedCIDRs: ranges,
    /** Whose X-Forwarded-For and X-Forwarded-Proto are believed. */
    trustedProxies: ranges,
    forceHTTPS: z.boolean().default(false),
    bodyLimitBytes: z.int().min(1024).max(10_485_760).default(102_400),
    rateLimit: rateLimit.prefault({}),
  })
  .refine(({ forceHTTPS, trustedProxies }) => !forceHTTPS || trustedProxies.length > 0, {
    path: ['forceHTTPS'],
    message: 'needs trustedProxies: TLS ends at a proxy, and only a trusted one can say that there was any',
  })
  .prefault({});

export type SecondFactorRule = z.infer<typeof secondFactor>;
export type SecurityConfiguration = z.infer<typeof security>;
