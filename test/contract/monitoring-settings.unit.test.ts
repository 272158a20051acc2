/** Members and numbers of `spec.monitoring` are the application's own, which refuses to start with others. */
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

function membersOf(schema: z.ZodType, section?: string): readonly string[] {
  const described = members.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  const found = section === undefined ? described : members.parse(described.properties[section]);
  return Object.keys(found.properties);
}

/** What stands elsewhere in the spec: one place for what rules of Prometheus need as well. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  alerts: ['runbookBaseURL'],
  reports: ['availability'],
};

describe.each(membersOf(monitoring))('monitoring.%s', (section) => {
  it('has the same members in the spec and in config.yaml', () => {
    const ofSpec = [...membersOf(monitoringSchema, section), ...(ELSEWHERE[section] ?? [])];
    expect(ofSpec.toSorted()).toEqual(membersOf(monitoring, section).toSorted());
  });

  it('has the same numbers, with the same bounds, in the spec and in config.yaml', () => {
    const ofSpec = numbersOf(monitoringSchema, section);
    expect(ofSpec).toEqual(numbersOf(monitoring, section));
    expect(Object.keys(ofSpec).length).toBeGreaterThan(0);
  });
});
