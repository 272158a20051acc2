/** What docs/alerts.md recommends for Alertmanager: the blocks that people copy. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const inhibition = z.strictObject({
  inhibit_rules: z.array(
    z.strictObject({
      source_matchers: z.array(z.string()),
      target_matchers: z.array(z.string()),
      equal: z.array(z.string()),
    }),
  ),
});

const routing = z.strictObject({
  route: z.looseObject({ receiver: z.string(), routes: z.array(z.looseObject({ receiver: z.string() })) }),
});

function block(member: string): unknown {
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/alerts.md'), 'utf8');
  const [, found] = new RegExp(`\`\`\`yaml\\n(${member}:[\\s\\S]*?)\`\`\``).exec(text) ?? [];
  if (found === undefined) throw new Error(`docs/alerts.md has no block that begins with ${member}:`);
  return parse(found);
}

export const documentedInhibition = (): z.infer<typeof inhibition> =>
  inhibition.parse(block('inhibit_rules'));
export const documentedRoute = (): z.infer<typeof routing> => routing.parse(block('route'));
