import { z } from 'zod';
import { describe, objectName, resourcesSchema } from './common.ts';
import { databaseSchema } from './database.ts';
import { loggingSchema } from './logging.ts';
import { marketDataSchema } from './market-data.ts';
import { monitoringSchema } from './monitoring.ts';
import { securitySchema } from './security.ts';

const pullSecrets = z
  .array(z.object({ name: objectName('Name of a Secret of type kubernetes.io/dockerconfigjson.') }))
  .max(8)
  .meta({
    ...describe('Secrets for the registry, for all pods of this object.'),
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  });

const imageSchema = z
  .object({
    repository: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[a-zA-Z0-9][a-zA-Z0-9._:/-]*$/)
      .meta(
        describe(
          'Image without tag and digest; absent takes the image that the operator brings and pins it in status.image.',
        ),
      )
      .optional(),
    tag: z
      .string()
      .max(128)
      .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/)
      .meta(describe('Tag; excludes digest.'))
      .optional(),
    digest: z
      .string()
      .max(71)
      .regex(/^sha256:[a-f0-9]{64}$/)
      .meta(describe('Digest; excludes tag.'))
      .optional(),
    pullPolicy: z
      .enum(['Always', 'IfNotPresent', 'Never'])
      .default('IfNotPresent')
      .meta(describe('Pull policy of all images of this object.')),
    pullSecrets: pullSecrets.optional(),
  })
  .prefault({})
  .meta(
    describe(
      'Image of server, worker and migrate.',
      {
        rule: '!(has(self.tag) && has(self.digest))',
        message: 'image.tag and image.digest exclude each other',
        fieldPath: '.digest',
        reason: 'FieldValueForbidden',
      },
      {
        rule: '!has(self.repository) || has(self.tag) || has(self.digest)',
        message: 'image.repository needs image.tag or image.digest',
        fieldPath: '.repository',
      },
      {
        rule: 'has(self.repository) || !(has(self.tag) || has(self.digest))',
        message: 'image.tag and image.digest need image.repository',
        fieldPath: '.repository',
        reason: 'FieldValueRequired',
      },
    ),
  );

const workload = (description: string, replicas: number, maximum: number) =>
  z
    .object({
      replicas: z
        .int()
        .min(1)
        .max(maximum)
        .default(replicas)
        .meta({ ...describe('Number of pods.'), format: 'int32' }),
      resources: resourcesSchema.optional(),
    })
    .prefault({})
    .meta(describe(description));

const networkPolicySchema = z
  .object({
    enabled: z
      .boolean()
      .default(true)
      .meta(
        describe(
          'Network policies for PostgreSQL, migrations, servers and workers: each part talks to those that it needs and to nobody else. False removes them. AKTools is shut in either way. They do something only where the network plugin of the cluster enforces NetworkPolicy.',
        ),
      ),
  })
  .prefault({})
  .meta(
    describe(
      'Who may talk to whom. A NetworkPolicy of yours for the same pods lets more through, see docs/network.md.',
    ),
  );

export const specSchema = z
  .object({
    image: imageSchema,
    server: workload('Pods that serve REST and the web page.', 2, 50),
    worker: workload('Pods that load market history.', 1, 10),
    marketData: marketDataSchema,
    database: databaseSchema,
    security: securitySchema.optional(),
    logging: loggingSchema.optional(),
    monitoring: monitoringSchema,
    networkPolicy: networkPolicySchema,
    suspend: z
      .boolean()
      .default(false)
      .meta(
        describe(
          'True stops everything that runs: first server and worker, then PostgreSQL. Volume, credentials and all settings stay; false starts it again.',
        ),
      ),
    deletionPolicy: z
      .enum(['Retain', 'Delete'])
      .default('Retain')
      .meta(
        describe(
          'What happens to the volume and the generated Secrets when this object is deleted. Delete also needs the annotation stockanalysis.dev/confirm-delete holding the name of the object.',
        ),
      ),
  })
  .prefault({})
  .meta(describe('What the platform should be.'));

export type StockAnalysisSpec = z.output<typeof specSchema>;
/** What may be written: defaults may stay out. @internal only tests write one */
export type StockAnalysisSpecInput = z.input<typeof specSchema>;
