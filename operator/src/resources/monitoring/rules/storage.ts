import { DEFAULT_STORAGE_SIZE, parseQuantity } from '../../../api/index.ts';
import { postgresClaimName } from '../../../naming/index.ts';
import { series as seriesOf } from '../promql.ts';
import type { Severity } from '../types.ts';
import type { ObjectContext, ObjectRules } from './context.ts';

const HOURS_AHEAD = 4;
/** A volume that is half empty may have taken a large load; it is not about to be full. */
const WORRY_BELOW = 0.4;

/** A larger volume counts as one of this size: a fifth of it is room enough, whatever share of a large disk that is. */
const LARGE_BYTES = 50 * 1024 ** 3;

/** Expressions about the volume; without labels, for exactly one of three sources gives each value. */
interface Volume {
  /** Bytes that are free. */
  readonly room: string;
  /** Share that is free, 0 to 1. */
  readonly share: string;
  /** The same, of at most LARGE_BYTES. */
  readonly shareOfSmall: string;
  /** Bytes that are free in a few hours if it goes on as in the last one. */
  readonly predicted: string;
}

/** One after the other: what the first has no figures of, the next may tell. */
const firstOf = (...sources: readonly string[]): string => `(${sources.join(' or ')})`;

/**
 * The kubelet tells of the volume itself, write-ahead log included. Many clusters do not scrape it, or have volumes that
 * it cannot measure: then PostgreSQL's own word counts. Where the application is older, or PostgreSQL an image that does
 * not tell, the size of the database is set against the size that was asked for.
 */
function volumeOf({ series, target }: ObjectContext): Volume {
  const { namespace, name, spec } = target;
  // The kubelet knows no object: its series carry the namespace and the claim alone.
  const claim = { namespace, persistentvolumeclaim: postgresClaimName(name) };
  const kubelet = {
    room: seriesOf('kubelet_volume_stats_available_bytes', claim),
    size: seriesOf('kubelet_volume_stats_capacity_bytes', claim),
  };
  const postgres = {
    room: series('stock_analysis_database_volume_available_bytes'),
    size: series('stock_analysis_database_volume_size_bytes'),
  };
  const asked = parseQuantity(spec.database.builtIn?.storage.size ?? DEFAULT_STORAGE_SIZE) ?? 0;
  const used = series('stock_analysis_database_size_bytes');
  // Put together before it is followed through the hour: a series whose pod or node is gone has no future.
  const ahead = (expr: string): string => `predict_linear(${expr}[1h:1m], ${HOURS_AHEAD * 3600})`;
  const rest = `${asked} - max(${used})`;
  return {
    room: firstOf(`min(${kubelet.room})`, `min(${postgres.room})`, rest),
    share: firstOf(
      ...[kubelet, postgres].map(({ room, size }) => `min(${room} / ${size})`),
      `(${rest}) / ${asked}`,
    ),
    shareOfSmall: firstOf(
      ...[kubelet, postgres].map(({ room, size }) => `min(${room} / clamp_max(${size}, ${LARGE_BYTES}))`),
      `(${rest}) / ${Math.min(asked, LARGE_BYTES)}`,
    ),
    predicted: firstOf(
      ...[kubelet, postgres].map(({ room }) => ahead(`min(${room})`)),
      `${asked} - ${ahead(`max(${used})`)}`,
    ),
  };
}

function almostFull(
  context: ObjectContext,
  { room, shareOfSmall }: Volume,
  severity: Severity,
  percent: number,
) {
  const { subject, alert } = context;
  const large = (percent / 100) * (LARGE_BYTES / 1024 ** 3);
  return alert({
    name: 'DiskAlmostFull',
    severity,
    expr: `${room} and ${shareOfSmall} < ${percent / 100}`,
    for: '5m',
    summary: `The volume of the database of ${subject} is almost full`,
    description: `{{ $value | humanize1024 }}B of it are free; the limit is ${percent} % of it, and ${large} GiB where it has more than 50. When it is full PostgreSQL stops. Raise spec.database.builtIn.storage.size.`,
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
          expr: `${volume.predicted} < 0 and ${volume.share} < ${WORRY_BELOW}`,
          for: '10m',
          summary: `The volume of the database of ${context.subject} will be full within ${HOURS_AHEAD} hours`,
          description: `If it fills as in the last hour, {{ $value | humanize1024 }}B remain in ${HOURS_AHEAD} hours. Raise spec.database.builtIn.storage.size and look for what writes so much.`,
        }),
      ],
    },
  ];
};
