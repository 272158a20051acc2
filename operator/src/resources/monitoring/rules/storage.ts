import { DEFAULT_STORAGE_SIZE, parseQuantity } from '../../../api/index.ts';
import { postgresClaimName } from '../../../naming/index.ts';
import { series as seriesOf } from '../promql.ts';
import type { Severity } from '../types.ts';
import type { ObjectContext, ObjectRules } from './context.ts';

const HOURS_AHEAD = 4;
/** A volume that is half empty may have taken a large load; it is not about to be full. */
const WORRY_BELOW = 0.4;

/** Expressions about the volume; without labels, for exactly one of three sources gives each value. */
interface Volume {
  /** Share that is free, 0 to 1. */
  readonly free: string;
  /** Bytes that are free in a few hours if it goes on as in the last one. */
  readonly predicted: string;
}

/**
 * The kubelet tells of the volume itself, write-ahead log included. Many clusters do not scrape it, or have volumes that
 * it cannot measure: then PostgreSQL's own word counts. Where the application is older, or PostgreSQL an image that does
 * not tell, the size of the database is set against the size that was asked for.
 */
function volumeOf({ series, target }: ObjectContext): Volume {
  const { namespace, name, spec } = target;
  // The kubelet knows no object: its series carry the namespace and the claim alone.
  const claim = { namespace, persistentvolumeclaim: postgresClaimName(name) };
  const available = seriesOf('kubelet_volume_stats_available_bytes', claim);
  const capacity = seriesOf('kubelet_volume_stats_capacity_bytes', claim);
  const bytes = parseQuantity(spec.database.builtIn?.storage.size ?? DEFAULT_STORAGE_SIZE) ?? 0;
  const fill = series('stock_analysis_database_volume_fill_ratio');
  const room = series('stock_analysis_database_volume_available_bytes');
  const size = series('stock_analysis_database_size_bytes');
  const seconds = HOURS_AHEAD * 3600;
  return {
    free: `(min(${available} / ${capacity}) or 1 - max(${fill}) or 1 - max(${size}) / ${bytes})`,
    predicted: `(${[
      `min(predict_linear(${available}[1h], ${seconds}))`,
      `min(predict_linear(${room}[1h], ${seconds}))`,
      `${bytes} - max(predict_linear(${size}[1h], ${seconds}))`,
    ].join(' or ')})`,
  };
}

function almostFull(context: ObjectContext, { free }: Volume, severity: Severity, percent: number) {
  const { subject, alert } = context;
  return alert({
    name: 'DiskAlmostFull',
    severity,
    expr: `${free} < ${percent / 100}`,
    for: '5m',
    summary: `The volume of the database of ${subject} is almost full`,
    description: `{{ $value | humanizePercentage }} of it are free; the limit is ${percent} %. When it is full PostgreSQL stops. Raise spec.database.builtIn.storage.size.`,
  });
}

/** The volume of the built-in PostgreSQL; whoever runs another one watches its disk. */
export const storageRules: ObjectRules = (context) => {
  if (context.target.spec.database.mode !== 'BuiltIn') return [];
  const volume = volumeOf(context);
  return [
    {
      name: 'storage',
      rules: [
        almostFull(context, volume, 'warning', 20),
        almostFull(context, volume, 'critical', 10),
        context.alert({
          name: 'DiskFullSoon',
          severity: 'critical',
          expr: `${volume.predicted} < 0 and ${volume.free} < ${WORRY_BELOW}`,
          for: '10m',
          summary: `The volume of the database of ${context.subject} will be full within ${HOURS_AHEAD} hours`,
          description: `If it fills as in the last hour, {{ $value | humanize1024 }}B remain in ${HOURS_AHEAD} hours. Raise spec.database.builtIn.storage.size and look for what writes so much.`,
        }),
      ],
    },
  ];
};
