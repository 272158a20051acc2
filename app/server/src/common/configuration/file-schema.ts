import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { SYMBOL_PATTERN } from '../market/symbol.ts';
import { messageOf } from './errors.ts';
import { logging, tracing } from './logging-schema.ts';
import { monitoring } from './monitoring-schema.ts';
import { cron, timeZone } from './schedule-fields.ts';
import { security } from './security-schema.ts';

const symbol = z.string().regex(SYMBOL_PATTERN, 'must look like 600519.SH');

const webAddress = z.string().refine(isPlainAddress, {
  message: 'must be http:// or https:// with a host, without a user, a query or a fragment',
});

function isPlainAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return (
    ['http:', 'https:'].includes(protocol) && [username, password, search, hash].every((part) => part === '')
  );
}

const aktools = z.strictObject({
  url: webAddress.transform((url) => url.replace(/\/+$/, '')),
  /** How often each host behind it is asked, after a burst. */
  secondsPerCall: z.number().min(0.1).max(3600).optional(),
  burst: z.number().int().min(1).max(100).optional(),
});

const refresh = z.strictObject({
  cron: cron.optional(),
  timeZone: timeZone.default('Asia/Shanghai'),
});

const marketData = z
  .strictObject({
    provider: z.enum(['Sample', 'AKTools']).default('Sample'),
    aktools: aktools.optional(),
    sample: z.strictObject({ path: z.string().min(1).optional() }).default({}),
    symbols: z.array(symbol).min(1).max(10_000).optional(),
    refresh: refresh.optional(),
  })
  .refine(({ provider, aktools: server }) => provider !== 'AKTools' || server !== undefined, {
    path: ['aktools', 'url'],
    message: 'is needed by the provider AKTools: the address of an AKTools server',
  });

/** What people call this installation. Two that tell the same receiver of their alerts must differ. */
const platform = z.strictObject({
  namespace: z.string().min(1).max(63).optional(),
  name: z.string().min(1).max(253).optional(),
});

/** Plain configuration that a person writes (config.yaml); an unknown key is an error, not a typo that is ignored. */
const fileSchema = z.strictObject({
  platform: platform.prefault({}),
  marketData: marketData.default({ provider: 'Sample', sample: {} }),
  security,
  monitoring,
  logging,
  tracing,
});

export type FileConfiguration = z.infer<typeof fileSchema>;

/** The words of the parser for a value of another kind are about types of TypeScript. */
const KINDS: Readonly<Record<string, string>> = {
  array: 'must be a list',
  object: 'must be a group of keys; leave it out where it has none',
  string: 'must be text',
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
};

function messageFor(issue: z.core.$ZodIssue): string {
  return (issue.code === 'invalid_type' && KINDS[issue.expected]) || issue.message;
}

/** Reads config.yaml; without a file all defaults hold. */
export function readConfigurationFile(path: string | undefined, issues: string[]): FileConfiguration {
  if (path === undefined) return fileSchema.parse({});
  let content: unknown;
  try {
    // A pretty error shows the line that is wrong, with whatever somebody wrote there.
    content = parse(readFileSync(path, 'utf8'), { prettyErrors: false }) ?? {};
  } catch (error) {
    issues.push(`STOCK_ANALYSIS_CONFIG_FILE: cannot read ${path}: ${messageOf(error)}`);
    return fileSchema.parse({});
  }
  const result = fileSchema.safeParse(content);
  if (result.success) return result.data;
  for (const issue of result.error.issues)
    issues.push(`${path}: ${[issue.path.join('.'), messageFor(issue)].filter(Boolean).join(': ')}`);
  return fileSchema.parse({});
}
