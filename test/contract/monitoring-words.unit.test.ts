import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as page from '../../app/web/src/monitoring/types.ts';
import * as words from '../../app/web/src/monitoring/words.ts';

const SERVER = join(import.meta.dirname, '../../app/server/src');

/** `export const NAME = ['a', 'b']` of a source: classes with decorators beside it are not for the compiler of these tests. */
function listOf(path: string, name: string): readonly string[] {
  const text = readFileSync(join(SERVER, path), 'utf8');
  const [, list] = new RegExp(`export const ${name} = \\[([^\\]]*)\\] as const`).exec(text) ?? [];
  if (list === undefined) throw new Error(`${path} has no list ${name}`);
  return [...list.matchAll(/'([^']+)'/g)].map(([, code = '']) => code);
}

const COMPONENTS = listOf('monitoring/health/component.ts', 'COMPONENTS');
const SEVERITIES = listOf('common/severity.ts', 'SEVERITIES');
const ALERT_STATES = listOf('monitoring/alerts/http/alerts.dto.ts', 'STATES');
const DELIVERY_STATES = listOf('notifications/http/deliveries.dto.ts', 'DELIVERY_STATES');
const CHANNELS = listOf('notifications/http/deliveries.dto.ts', 'CHANNEL_NAMES');
const ERROR_STATUSES = listOf('monitoring/errors/http/errors.dto.ts', 'ERROR_STATUSES');
const SLOW_KINDS = listOf('monitoring/performance/slow-records.ts', 'KINDS');

describe('what the server calls things', () => {
  it.each([
    ['severities', SEVERITIES, page.SEVERITIES],
    ['deliveries', DELIVERY_STATES, page.DELIVERY_STATES],
    ['channels', CHANNELS, page.CHANNELS],
    ['errors', ERROR_STATUSES, page.ERROR_STATUSES],
    ['slow records', SLOW_KINDS, page.SLOW_KINDS],
  ])('the page calls so, too: %s', (_what, ofServer, ofPage) => {
    expect(ofPage).toEqual(ofServer);
  });

  it.each([
    ['components', COMPONENTS, words.componentText],
    ['severities', SEVERITIES, words.severityText],
    ['alerts', ALERT_STATES, words.alertStateText],
    ['deliveries', DELIVERY_STATES, words.deliveryStateText],
    ['channels', CHANNELS, words.channelText],
    ['errors', ERROR_STATUSES, words.errorStatusText],
    ['slow records', SLOW_KINDS, words.slowKindText],
  ])('has words on the page: %s', (_what, codes, wordOf) => {
    // Webhook is the word for it.
    const without = codes.filter((code) => code !== 'webhook' && !/\p{Script=Han}/u.test(wordOf(code)));
    expect(without).toEqual([]);
  });
});
