import { isIP } from 'node:net';
import { z } from 'zod';
import { compareQuantities, QUANTITY_PATTERN } from '../quantity.ts';
import { describe, type ValidationRule } from './common.ts';

const MOST_ENTRIES = 64;

/** Scheme, lower-case host and port and nothing behind them, as a browser writes an origin (RFC 6454, section 6). */
const ORIGIN_PATTERN = /^https?:\/\/([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?$/;

const originRules: ValidationRule[] = [
  {
    rule: "isURL(self) && (url(self).getPort() == '' || int(url(self).getPort()) <= 65535)",
    message: 'must be an exact origin such as https://app.example.org',
  },
  {
    rule: "!(self.startsWith('https://') && self.endsWith(':443')) && !(self.startsWith('http://') && self.endsWith(':80'))",
    message: 'must leave the default port out, as browsers do',
  },
];

/** What pattern and rules say together, and that the host is written as browsers write it. */
const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

const origin = z
  .string()
  .max(267)
  .regex(ORIGIN_PATTERN)
  .refine(isOrigin, { message: 'must be an exact origin such as https://app.example.org' })
  .meta(describe('One origin; never a pattern.', ...originRules));

const rangeRule: ValidationRule = {
  rule: 'isCIDR(self) || isIP(self)',
  message: 'must be an address range such as 10.0.0.0/8, or an address',
};

function isRange(text: string): boolean {
  const [address = '', prefix] = text.split('/');
  const family = isIP(address);
  return family !== 0 && (prefix === undefined || Number(prefix) <= (family === 4 ? 32 : 128));
}

const range = z
  .string()
  .max(49)
  .regex(/^[0-9a-fA-F.:]+(\/(0|[1-9][0-9]{0,2}))?$/)
  .refine(isRange, { message: rangeRule.message ?? '' })
  .meta(describe('IPv4 or IPv6 range in CIDR notation; a bare address is a range of one.', rangeRule));

const ranges = (description: string) =>
  z
    .array(range)
    .max(MOST_ENTRIES)
    .meta({ ...describe(description), 'x-kubernetes-list-type': 'set' });

const LEAST_BODY = '1Ki';
const LARGEST_BODY = '10Mi';

const bodyRule: ValidationRule = {
  rule: `!isQuantity(self) || (quantity(self).compareTo(quantity('${LEAST_BODY}')) >= 0 && quantity(self).compareTo(quantity('${LARGEST_BODY}')) <= 0)`,
  message: `bodyLimit must be between ${LEAST_BODY} and ${LARGEST_BODY}`,
};

const bodyLimit = z
  .string()
  .max(24)
  .regex(new RegExp(QUANTITY_PATTERN))
  .refine((size) => compareQuantities(size, LEAST_BODY) >= 0 && compareQuantities(size, LARGEST_BODY) <= 0, {
    message: bodyRule.message ?? '',
  })
  .meta(
    describe(
      'Largest body of a request, as a quantity such as "256Ki"; absent: 100 kB (102400 bytes). A fraction of a byte is cut off.',
      bodyRule,
    ),
  );

const perMinute = (description: string) =>
  z
    .int()
    .min(1)
    .max(100_000)
    .meta({ ...describe(description), format: 'int32' })
    .optional();

const rateLimit = z
  .object({
    readingPerMinute: perMinute('Requests that read; absent: 600.'),
    writingPerMinute: perMinute('Requests that change something; absent: 60.'),
    loginPerMinute: perMinute('Attempts to sign in; absent: 10.'),
    exportsPerMinute: perMinute('Exports and reports; absent: 10.'),
    aiPerMinute: perMinute('Orders of AI analyses; absent: 20.'),
  })
  .meta(describe('Most requests in a minute of each user, API key or, without either, address.'));

const httpsRule: ValidationRule = {
  rule: '!has(self.forceHTTPS) || !self.forceHTTPS || (has(self.trustedProxies) && self.trustedProxies.size() > 0)',
  message:
    'security.forceHTTPS needs security.trustedProxies: TLS ends at a proxy, and only one that is trusted can say that a request came by HTTPS',
  fieldPath: '.forceHTTPS',
};

/** A platform in a cluster is reached from afar, with a password that may be stolen. */
export const DEFAULT_SECOND_FACTOR = 'Administrators';

/** Who may reach the platform and how. What is absent is left to the application; `config.yaml` has the same members. */
export const securitySchema = z
  .object({
    anonymousReading: z
      .boolean()
      .default(true)
      .meta(describe('Market data may be read without an account. Everything else never.')),
    secondFactor: z
      .enum(['Optional', 'Administrators', 'Everyone'])
      .default(DEFAULT_SECOND_FACTOR)
      .meta(
        describe(
          'Of whom a second factor is asked. Until they have set it up, they can do nothing else, and their API keys open nothing; everybody else may have one.',
        ),
      ),
    corsOrigins: z
      .array(origin)
      .max(MOST_ENTRIES)
      .meta({
        ...describe('Origins whose pages may use the API from a browser, beside the own page; absent: none.'),
        'x-kubernetes-list-type': 'set',
      })
      .optional(),
    allowedCIDRs: ranges(
      'From where the platform may be reached, judged on the address that trusted proxies tell; absent or empty: from everywhere.',
    ).optional(),
    trustedProxies: ranges(
      'Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, for example those of the Ingress; absent: none.',
    ).optional(),
    forceHTTPS: z
      .boolean()
      .default(false)
      .meta(
        describe(
          'Requests that came by plain HTTP are redirected where they read and refused where they write; browsers are told to stay with HTTPS.',
        ),
      ),
    bodyLimit: bodyLimit.optional(),
    rateLimit: rateLimit.optional(),
  })
  .refine(({ forceHTTPS, trustedProxies = [] }) => !forceHTTPS || trustedProxies.length > 0, {
    message: httpsRule.message ?? '',
    path: ['forceHTTPS'],
  })
  .meta(describe('Who may reach the platform and how.', httpsRule));

export type SecuritySpec = z.output<typeof securitySchema>;
