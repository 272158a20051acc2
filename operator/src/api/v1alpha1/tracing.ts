import { z } from 'zod';
import { describe, objectName, type ValidationRule } from './common.ts';

const endpointRules: ValidationRule[] = [
  {
    rule: "isURL(self) && url(self).getScheme() in ['http', 'https'] && url(self).getHostname() != '' && !(url(self).getEscapedPath() in ['', '/'])",
    message: 'tracing.endpoint must be an absolute http or https URL with a path such as /v1/traces',
  },
  {
    rule: "!self.contains('@') && !self.contains('?') && !self.contains('#')",
    message:
      'tracing.endpoint must have neither user, query nor fragment: what is secret belongs into headers',
  },
];

const isEndpoint = (text: string): boolean =>
  URL.canParse(text) && /^https?:\/\/[^/]/i.test(text) && new URL(text).pathname !== '/';

const secretHeaders: ValidationRule = {
  rule: "!has(self.headersSecretRef) || self.endpoint.lowerAscii().startsWith('https:')",
  message: 'tracing.headersSecretRef needs an endpoint with https: a token would travel in the clear',
  fieldPath: '.headersSecretRef',
  reason: 'FieldValueForbidden',
};

const headersSecretRef = z
  .object({
    name: objectName('Name of the Secret.'),
    key: z
      .string()
      .min(1)
      .max(253)
      .regex(/^[-._A-Za-z0-9]+$/)
      .default('headers')
      .meta(describe('Key in it.')),
  })
  .meta(
    describe(
      'Secret in the same namespace with headers for the collector, one line "Name: value" for each, for example "Authorization: Bearer TOKEN".',
    ),
  );

/** Where server and worker send their traces. */
export const tracingSchema = z
  .object({
    endpoint: z
      .string()
      .min(1)
      .max(512)
      .regex(/^[!-~]+$/)
      .refine(isEndpoint, { message: endpointRules[0]?.message ?? '' })
      .refine((text) => !/[@?#]/.test(text), { message: endpointRules[1]?.message ?? '' })
      .meta(
        describe(
          'URL of a collector that takes OTLP over HTTP, for example https://otel.example/v1/traces.',
          ...endpointRules,
        ),
      ),
    sampleRatio: z
      .string()
      .max(8)
      .regex(/^(0([.][0-9]{1,6})?|1([.]0{1,6})?)$/)
      .default('0.1')
      .meta(
        describe(
          'Which share of the traces that begin here is recorded, from "0" to "1"; a text, as floating-point numbers are none of Kubernetes.',
        ),
      ),
    headersSecretRef: headersSecretRef.optional(),
  })
  .refine(({ endpoint, headersSecretRef: headers }) => !headers || /^https:/i.test(endpoint), {
    message: secretHeaders.message ?? '',
    path: ['headersSecretRef'],
  })
  .meta(
    describe('Traces of requests and jobs, sent as OpenTelemetry; absent: none are recorded.', secretHeaders),
  );

export type TracingSpec = z.output<typeof tracingSchema>;
