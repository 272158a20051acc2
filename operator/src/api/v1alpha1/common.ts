import { z } from 'zod';
import { QUANTITY_PATTERN } from '../quantity.ts';

/** One CEL rule as it stands under `x-kubernetes-validations`. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly fieldPath?: string;
  readonly reason?:
    'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  readonly optionalOldSelf?: boolean;
}

/** Meta of a schema node: a description and CEL rules. */
export function describe(description: string, ...rules: ValidationRule[]): Record<string, unknown> {
  return rules.length === 0 ? { description } : { description, 'x-kubernetes-validations': rules };
}

/** A quantity where people also write a bare number (`cpu: 1`). */
const computeQuantity = (description: string) =>
  z
    .union([z.int().min(0), z.string().max(24).regex(new RegExp(QUANTITY_PATTERN))])
    .transform(String)
    .meta({
      'x-kubernetes-int-or-string': true,
      // Of the integer; the pattern is the string's. The API server takes both only beside the marker.
      minimum: 0,
      pattern: QUANTITY_PATTERN,
      maxLength: 24,
      description,
    });

const requestWithinLimit = (resource: 'cpu' | 'memory'): ValidationRule => ({
  rule:
    `!has(self.requests) || !has(self.requests.${resource}) || !has(self.limits) || !has(self.limits.${resource}) || ` +
    `quantity(string(self.requests.${resource})).compareTo(quantity(string(self.limits.${resource}))) <= 0`,
  message: `requests.${resource} must not be larger than limits.${resource}`,
  fieldPath: `.requests`,
});

const computeResources = (description: string) =>
  z
    .object({
      cpu: computeQuantity('CPU in cores, for example "500m" or 2.').optional(),
      memory: computeQuantity('Memory in bytes, for example "512Mi".').optional(),
    })
    .meta(describe(description));

/** Requests and limits of one container; what is absent comes from the operator's small defaults. */
export const resourcesSchema = z
  .object({
    requests: computeResources('What the scheduler reserves.').optional(),
    limits: computeResources('What the container may use at most.').optional(),
  })
  .meta(
    describe(
      'Requests and limits. A member that is absent comes from the small defaults of the operator; a default request never exceeds a given limit.',
      requestWithinLimit('cpu'),
      requestWithinLimit('memory'),
    ),
  );

const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Name of an object in the namespace of the StockAnalysis. */
export const objectName = (description: string) =>
  z.string().min(1).max(253).regex(DNS_SUBDOMAIN).meta(describe(description));

/** Full image reference, tag or digest included. */
export const imageReference = (description: string) =>
  z
    .string()
    .min(1)
    .max(512)
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9._:/@-]*$/)
    .meta(describe(description));

export type ResourcesSpec = z.output<typeof resourcesSchema>;
