/** Numbers of `spec.monitoring` are the application's own, which refuses to start with others. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { monitoring } from '../../app/server/src/common/configuration/monitoring-schema.ts';
import { monitoringSchema } from '../../operator/src/api/v1alpha1/monitoring.ts';

const members = z.looseObject({ properties: z.record(z.string(), z.unknown()) });
const whole = z.looseObject({ type: z.literal('integer'), minimum: z.number(), maximum: z.number() });

/** Name of each number of a section, with its bounds. */
function numbersOf(schema: z.ZodType, section: string): Record<string, readonly [number, number]> {
  const described = members.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  const { properties } = members.parse(described.properties[section]);
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, member]) => {
      const { data } = whole.safeParse(member);
      return data === undefined ? [] : [[name, [data.minimum, data.maximum]]];
    }),
  );
}

describe.each(['alerts', 'history', 'slow', 'notifications'])('monitoring.%s', (section) => {
  it('has the same numbers, with the same bounds, in the spec and in config.yaml', () => {
    const ofSpec = numbersOf(monitoringSchema, section);
    expect(ofSpec).toEqual(numbersOf(monitoring, section));
    expect(Object.keys(ofSpec).length).toBeGreaterThan(1);
  });
});
