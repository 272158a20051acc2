import { z } from 'zod';
import { describe, imageReference, resourcesSchema, type ValidationRule } from './common.ts';
import { cronField, timeZoneField } from './schedule-fields.ts';

const MAX_URL_LENGTH = 512;

const urlRules: ValidationRule[] = [
  {
    rule: "isURL(self) && url(self).getScheme() in ['http', 'https'] && url(self).getHostname() != ''",
    message: 'aktools.url must be an absolute http or https URL',
  },
  {
    rule: "!self.contains('@')",
    message:
      'aktools.url must carry no user name or password: everybody who may read this object would see them',
  },
  {
    rule: "!self.contains('?') && !self.contains('#')",
    message: 'aktools.url must have neither query nor fragment: paths are appended to it',
  },
];

/** What the rules above say, for a CRD that is not ours. */
function isSourceURL(text: string): boolean {
  return /^https?:\/\/[^/]/i.test(text) && URL.canParse(text) && !/[@?#]/.test(text);
}

const managedSchema = z
  .object({
    image: imageReference(
      'AKTools image; absent takes the one that the operator brings and pins it in status.image.',
    ).optional(),
    resources: resourcesSchema.optional(),
  })
  .meta(describe('An AKTools that the operator runs, open to the workers of this object alone.'));

const aktoolsSchema = z
  .object({
    managed: managedSchema.optional(),
    url: z
      .string()
      .min(1)
      .max(MAX_URL_LENGTH)
      .regex(/^[!-~]+$/)
      .refine(isSourceURL, {
        message: 'must be an http or https URL without credentials, query and fragment',
      })
      .meta(
        describe(
          'Base URL of an AKTools that somebody else runs, for example http://aktools.example:8080.',
          ...urlRules,
        ),
      )
      .optional(),
  })
  .refine(({ managed, url }) => (managed === undefined) !== (url === undefined), {
    message: 'takes exactly one of managed and url',
  })
  .meta(
    describe('Where AKTools is, for provider AKTools; absent stands for managed with all its defaults.', {
      rule: 'has(self.managed) != has(self.url)',
      message: 'aktools takes exactly one of managed and url',
    }),
  );

const refreshSchema = z
  .object({
    cron: cronField(
      'When history is brought up to date: minute, hour, day of month, month, day of week, for example "30 16 * * 1-5".',
    ),
    timeZone: timeZoneField('IANA time zone in which cron is read.'),
  })
  .meta(describe('When history is refreshed; absent leaves it to the application: after the close.'));

export const marketDataSchema = z
  .object({
    provider: z
      .enum(['AKTools', 'Sample'])
      .default('Sample')
      .meta(
        describe(
          'Where market history comes from: AKTools asks public sources through AkShare, Sample is real history that stands still.',
        ),
      ),
    aktools: aktoolsSchema.optional(),
    sample: z
      .object({
        image: imageReference(
          'Image that holds the sample data; absent takes the one that the operator brings.',
        ).optional(),
      })
      .meta(describe('Real history that stands still, from the sample-data image.'))
      .optional(),
    symbols: z
      .array(
        z
          .string()
          .max(16)
          .regex(/^[0-9]{6}\.(SH|SZ|BJ)$/),
      )
      .min(1)
      .max(500)
      .meta({
        ...describe('Symbols to load, for example 600519.SH; absent loads everything that the source has.'),
        'x-kubernetes-list-type': 'set',
      })
      .optional(),
    refresh: refreshSchema.optional(),
  })
  .prefault({})
  .meta(describe('Market history. Members of a provider that is not chosen are kept and do nothing.'));

export type MarketDataSpec = z.output<typeof marketDataSchema>;

/** The settings of an AKTools that the operator is to run; undefined where it runs none. */
export function managedAKTools({
  provider,
  aktools,
}: MarketDataSpec): z.output<typeof managedSchema> | undefined {
  if (provider !== 'AKTools') return undefined;
  return aktools === undefined ? {} : aktools.managed;
}
