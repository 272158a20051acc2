import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/index.ts';
import { alertFiles, prometheusRule, serverService } from '../../resources/index.ts';
import type { RuleGroup } from '../../resources/monitoring/types.ts';
import { testTarget } from '../../resources/testing/target.ts';
import { condensed } from './condensed.ts';
import { difference, withHash } from './desired.ts';

const target = testTarget();
const group = (expr: string): RuleGroup => ({ name: 'g', interval: '30s', rules: [{ record: 'a:b', expr }] });
const rule = withHash(prometheusRule(target, [group('sum(c)')]));
const files = withHash(alertFiles(target, [group('sum(c)')]));

/** As the API server gives it back, through the cache or not. */
function live(
  manifest: unknown,
  change: (object: Record<string, unknown>) => void = () => undefined,
): KubeObject {
  const object: KubeObject & Record<string, unknown> = JSON.parse(JSON.stringify(manifest));
  change(object);
  return object;
}

describe('condensed', () => {
  it('keeps nothing of what is long, and the same of what is condensed already', () => {
    for (const manifest of [rule, files]) {
      const once = condensed(manifest);
      expect(JSON.stringify(once)).not.toContain('sum(c)');
      expect(condensed(once)).toEqual(once);
      expect(once.metadata).toEqual(manifest.metadata);
    }
  });

  it('leaves alone what is not of monitoring', () => {
    const service = serverService(target);
    expect(condensed(service)).toBe(service);
  });

  it('compares as the whole does, cached or as it was read', () => {
    for (const manifest of [rule, files]) {
      expect(difference(manifest, live(manifest))).toBeUndefined();
      expect(difference(manifest, condensed(live(manifest)))).toBeUndefined();
    }
  });

  it('finds a rule that somebody changed, and a file', () => {
    const silenced = live(rule, (object) => (object['spec'] = { groups: [group('vector(0)')] }));
    expect(difference(rule, condensed(silenced))).toBe('drift at .spec.groups[0].rules');
    const [name = ''] = Object.keys(files['data'] as object);
    const changed = live(files, (object) => (object['data'] = { ...(object['data'] as object), [name]: '' }));
    expect(difference(files, condensed(changed))).toContain('drift at .data.');
  });

  it('minds neither groups nor members of groups that others added', () => {
    const more = live(rule, (object) => {
      object['spec'] = {
        groups: [
          { ...group('sum(c)'), limit: 3 },
          { name: 'theirs', rules: [] },
        ],
      };
    });
    expect(difference(rule, condensed(more))).toBeUndefined();
  });
});
