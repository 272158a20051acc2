import { z } from 'zod';
import { CONDITION_TYPES, type CredentialPurpose } from '../../naming/index.ts';
import { describe } from './common.ts';

const int64 = (description: string) =>
  z
    .int()
    .min(0)
    .meta({ ...describe(description), format: 'int64' });
const int32 = (description: string) =>
  z
    .int()
    .min(0)
    .meta({ ...describe(description), format: 'int32' });
const text = (description: string, maxLength = 512) => z.string().max(maxLength).meta(describe(description));

// Types and reasons are open in the schema and closed in the code: a CRD one version behind must not refuse a status.
const conditionSchema = z
  .object({
    type: z
      .string()
      .max(64)
      .regex(/^[A-Za-z]+$/)
      .meta(describe(`One of ${CONDITION_TYPES.join(', ')}.`)),
    status: z.enum(['True', 'False', 'Unknown']).meta(describe('Whether the condition holds.')),
    observedGeneration: int64('metadata.generation that this condition judged.').optional(),
    lastTransitionTime: z
      .string()
      .max(64)
      .meta({ ...describe('When status changed last.'), format: 'date-time' }),
    reason: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[A-Z][A-Za-z0-9]*$/)
      .meta(describe('Why, in one word; the API reference lists them.')),
    message: z.string().max(2048).meta(describe('Names the object and the next step.')),
  })
  .meta(describe('One observation, as in the Kubernetes API conventions.'));

const pinnedImage = (description: string) =>
  z
    .object({
      reference: text('Reference of the image in use.'),
      origin: z
        .enum(['Operator', 'Spec'])
        .meta(
          describe(
            'Operator: the default of the operator that saw the object first; Spec: named by the spec.',
          ),
        ),
    })
    .meta(describe(description));

const imageStatusSchema = z
  .object({
    app: pinnedImage('Image of server, worker and migrate.').optional(),
    postgres: pinnedImage('Image of PostgreSQL.').optional(),
    sampleData: pinnedImage('Image of the sample data.').optional(),
    aktools: pinnedImage('Image of AKTools.').optional(),
  })
  .meta(describe('Images in use. They are pinned: a newer operator does not change them by itself.'));

const credentialNumber = (purpose: CredentialPurpose) =>
  int32(`Number of the generated Secret for ${purpose}.`).optional();

const credentialNumbers = z
  .object({
    databaseAdmin: credentialNumber('databaseAdmin'),
    databaseMigrator: credentialNumber('databaseMigrator'),
    databaseApp: credentialNumber('databaseApp'),
    databaseTLS: credentialNumber('databaseTLS'),
    bootstrap: credentialNumber('bootstrap'),
    encryptionKeys: credentialNumber('encryptionKeys'),
    sessionKeys: credentialNumber('sessionKeys'),
    pepperKeys: credentialNumber('pepperKeys'),
  } satisfies Record<CredentialPurpose, unknown>)
  .meta(describe('Numbers of the generated Secrets in use. A number stands here before its Secret is made.'));

export const statusSchema = z
  .object({
    observedGeneration: z
      .int()
      .min(-1)
      .meta({
        ...describe('metadata.generation that the operator acts on; -1 before it has seen the object.'),
        format: 'int64',
        default: -1,
      })
      .optional(),
    conditions: z
      .array(conditionSchema)
      .max(32)
      .meta({
        ...describe('All condition types are present from the first visit.'),
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
      })
      .optional(),
    endpoints: z
      .object({ http: text('URL of REST and page inside the cluster.').optional() })
      .meta(describe('Where the platform answers.'))
      .optional(),
    image: imageStatusSchema.optional(),
    rollout: text('The annotation stockanalysis.dev/rollout as it was acted upon last.', 64).optional(),
    schema: z
      .object({
        migration: text('Key of the migration that succeeded last.', 63).optional(),
        image: text('Image that carried it out.').optional(),
        version: text('Schema version that the migrate Job reported.', 256).optional(),
      })
      .meta(describe('Schema of the database.'))
      .optional(),
    database: z
      .object({
        systemIdentifier: text('Identifier that PostgreSQL gave itself at initdb.', 32).optional(),
        version: text('Version of the PostgreSQL server.', 64).optional(),
        claimUID: text('UID of the PersistentVolumeClaim that holds the data.', 64).optional(),
      })
      .meta(describe('The database that this object is bound to.'))
      .optional(),
    credentials: credentialNumbers.optional(),
    encryptionKey: text(
      'kid of the key that encrypts what users store. From then on the Secret that holds it is never made anew.',
      32,
    ).optional(),
    replicas: int32('Number of server pods.').optional(),
    selector: text('Label selector of the server pods, for the scale subresource.').optional(),
  })
  // With a default, or an object that nobody has looked at yet would be `Current` to whoever judges by kstatus.
  .meta({ ...describe('What the operator observed. Written by the operator alone.'), default: {} });

export type StockAnalysisStatus = z.output<typeof statusSchema>;
export type Condition = z.output<typeof conditionSchema>;
export type PinnedImages = z.output<typeof imageStatusSchema>;
export type CredentialNumbers = z.output<typeof credentialNumbers>;
