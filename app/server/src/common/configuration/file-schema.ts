import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { SYMBOL_PATTERN } from '../market/symbol.ts';
import { messageOf } from './errors.ts';

const symbol = z.string().regex(SYMBOL_PATTERN, 'must look like 600519.SH');

/** Plain configuration that a person writes (config.yaml); an unknown key is an error, not a typo that is ignored. */
const fileSchema = z.strictObject({
  marketData: z
    .strictObject({
      provider: z.literal('Sample').default('Sample'),
      sample: z.strictObject({ path: z.string().min(1).optional() }).default({}),
      symbols: z.array(symbol).min(1).max(10_000).optional(),
    })
    .default({ provider: 'Sample', sample: {} }),
});

export type FileConfiguration = z.infer<typeof fileSchema>;

/** Reads config.yaml; without a file all defaults hold. */
export function readConfigurationFile(path: string | undefined, issues: string[]): FileConfiguration {
  if (path === undefined) return fileSchema.parse({});
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    issues.push(`STOCK_ANALYSIS_CONFIG_FILE: cannot read ${path}: ${messageOf(error)}`);
    return fileSchema.parse({});
  }
  const result = fileSchema.safeParse(content);
  if (result.success) return result.data;
  for (const issue of result.error.issues)
    issues.push(`${path}: ${[issue.path.join('.'), issue.message].filter(Boolean).join(': ')}`);
  return fileSchema.parse({});
}
