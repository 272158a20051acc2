import { z } from 'zod';
import { compareQuantities, QUANTITY_PATTERN } from '../quantity.ts';
import { describe, imageReference, objectName, resourcesSchema, type ValidationRule } from './common.ts';

/** Size of the volume where the spec names none. */
export const DEFAULT_STORAGE_SIZE = '10Gi';

/** Less holds an empty cluster with its write-ahead log and soon nothing more. */
const SMALLEST_STORAGE_SIZE = '1Gi';

const largeEnough: ValidationRule = {
  rule: `!isQuantity(self) || quantity(self).compareTo(quantity('${SMALLEST_STORAGE_SIZE}')) >= 0`,
  message: `storage.size must be at least ${SMALLEST_STORAGE_SIZE}`,
};

/**
 * Parameters of postgresql.conf that a StockAnalysis may set: tuning only. Everything that touches files, commands,
 * TLS, authentication or durability stays with the operator, because whoever may write this object must gain
 * nothing beyond the application.
 */
const TUNING_PARAMETERS = [
  'autovacuum_analyze_scale_factor',
  'autovacuum_max_workers',
  'autovacuum_naptime',
  'autovacuum_vacuum_cost_limit',
  'autovacuum_vacuum_scale_factor',
  'checkpoint_completion_target',
  'checkpoint_timeout',
  'default_statistics_target',
  'effective_cache_size',
  'effective_io_concurrency',
  'huge_pages',
  'idle_in_transaction_session_timeout',
  'jit',
  'lock_timeout',
  'log_autovacuum_min_duration',
  'log_checkpoints',
  'log_connections',
  'log_disconnections',
  'log_lock_waits',
  'log_min_duration_statement',
  'log_temp_files',
  'maintenance_work_mem',
  'max_connections',
  'max_parallel_maintenance_workers',
  'max_parallel_workers',
  'max_parallel_workers_per_gather',
  'max_wal_size',
  'max_worker_processes',
  'min_wal_size',
  'random_page_cost',
  'seq_page_cost',
  'shared_buffers',
  'statement_timeout',
  'temp_buffers',
  'wal_buffers',
  'wal_compression',
  'work_mem',
] as const;

const onlyTuning: ValidationRule = {
  rule: `self.all(name, name in [${TUNING_PARAMETERS.map((name) => `'${name}'`).join(', ')}])`,
  message:
    'parameters may only hold tuning settings; the API reference lists them, the operator owns all others',
};

const storageSchema = z
  .object({
    size: z
      .string()
      .max(24)
      .regex(new RegExp(QUANTITY_PATTERN))
      .refine((size) => compareQuantities(size, SMALLEST_STORAGE_SIZE) >= 0, {
        message: largeEnough.message ?? '',
      })
      .default(DEFAULT_STORAGE_SIZE)
      .meta(describe('Size of the volume, for example "20Gi". It may grow, never shrink.', largeEnough)),
    storageClassName: objectName(
      'StorageClass of the volume; absent takes the default of the cluster.',
    ).optional(),
  })
  .prefault({})
  .meta(describe('The volume of the database.'));

const builtInSchema = z
  .object({
    image: imageReference(
      'PostgreSQL image; absent takes the one that the operator brings and pins it in status.image.',
    ).optional(),
    storage: storageSchema,
    resources: resourcesSchema.optional(),
    parameters: z
      .record(
        z.string().max(63),
        z
          .string()
          .max(64)
          .regex(/^[A-Za-z0-9 ._+-]*$/),
      )
      .refine(
        (map) => Object.keys(map).every((name) => (TUNING_PARAMETERS as readonly string[]).includes(name)),
        {
          message: onlyTuning.message ?? '',
        },
      )
      .meta({
        ...describe(
          `Tuning settings of postgresql.conf. Allowed: ${TUNING_PARAMETERS.join(', ')}.`,
          onlyTuning,
        ),
        maxProperties: 32,
      })
      .optional(),
  })
  .meta(describe('A single PostgreSQL server that the operator runs.'));

const externalSchema = z
  .object({
    secretRef: z
      .object({
        name: objectName(
          'Secret with the keys host, port, name, username, password, migratorUsername, migratorPassword and optionally ca.crt.',
        ),
      })
      .meta(describe('Refers to a Secret in the same namespace.')),
  })
  .meta(describe('A PostgreSQL server that somebody else runs.'));

// An absent member counts as its default here, because defaults inside an absent parent are not filled in.
const SIZE = (who: string): string =>
  `(has(${who}.builtIn) && has(${who}.builtIn.storage) && has(${who}.builtIn.storage.size) ? ${who}.builtIn.storage.size : '${DEFAULT_STORAGE_SIZE}')`;

const databaseRules: ValidationRule[] = [
  { rule: 'self.mode == oldSelf.mode', message: 'database.mode is immutable', fieldPath: '.mode' },
  {
    rule: "self.mode != 'External' || has(self.external)",
    message: 'database.external is required when database.mode is External',
    fieldPath: '.external',
    reason: 'FieldValueRequired',
  },
  {
    rule: "self.mode != 'External' || !has(self.builtIn)",
    message: 'database.builtIn must be absent when database.mode is External',
    fieldPath: '.builtIn',
    reason: 'FieldValueForbidden',
  },
  {
    rule: "self.mode != 'BuiltIn' || !has(self.external)",
    message: 'database.external must be absent when database.mode is BuiltIn',
    fieldPath: '.external',
    reason: 'FieldValueForbidden',
  },
  {
    rule: `quantity(${SIZE('self')}).compareTo(quantity(${SIZE('oldSelf')})) >= 0`,
    message: 'database.builtIn.storage.size must not shrink',
    fieldPath: '.builtIn',
  },
];

export const databaseSchema = z
  .object({
    mode: z.enum(['BuiltIn', 'External']).default('BuiltIn').meta(describe('Who runs PostgreSQL.')),
    builtIn: builtInSchema.optional(),
    external: externalSchema.optional(),
  })
  .prefault({})
  .meta(describe('The database. Its mode cannot be changed later.', ...databaseRules));
