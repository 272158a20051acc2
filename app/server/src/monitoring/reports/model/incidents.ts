import { SEVERITIES, type Severity } from '../../alerts/rules/definition.ts';
import { shortened } from '../words.ts';
import type { AlertFact } from './facts.ts';
import type { Span } from './spans.ts';

export interface Incident {
  readonly rule: string;
  readonly severity: Severity;
  readonly summary: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Null: it is the case. */
  readonly endedAt: number | null;
  readonly seconds: number;
  /** From the firing to somebody's acknowledgement; null: nobody did. */
  readonly secondsToAcknowledge: number | null;
}

/** Alerts that fired in the period, or before it and went on in it. */
export interface Incidents {
  readonly began: Readonly<Record<Severity, number>>;
  /** Fired before the period and went on in it; without those of severity info, which are no incidents. */
  readonly carriedOver: number;
  /** Not over when the report was made; without those of severity info. */
  readonly open: number;
  readonly longestSeconds: number | null;
  readonly acknowledged: number;
  readonly medianSecondsToAcknowledge: number | null;
  /** The worst first. */
  readonly items: readonly Incident[];
  /** How many more there are than items. */
  readonly more: number;
}

const MOST_ITEMS = 20;
const rank = ({ severity }: Incident): number => SEVERITIES.indexOf(severity);

/** Nobody has to do anything about what is only to be known. */
const isIncident = ({ severity }: Pick<AlertFact, 'severity'>): boolean => severity !== 'info';

/** @returns null of nothing */
export function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

function incidentOf(alert: AlertFact, at: number): Incident {
  const { rule, severity, summary, startedAt, resolvedAt, secondsToAcknowledge } = alert;
  return {
    ...{ rule, severity, summary: shortened(summary), startedAt },
    endedAt: resolvedAt ?? null,
    seconds: Math.round(((resolvedAt ?? at) - startedAt) / 1000),
    secondsToAcknowledge: secondsToAcknowledge === undefined ? null : Math.round(secondsToAcknowledge),
  };
}

/** @param at when the report is made, milliseconds since 1970 */
export function incidentsOf(alerts: readonly AlertFact[], period: Span, at: number): Incidents {
  const isNew = ({ firedAt }: AlertFact): boolean => firedAt >= period.from && firedAt < period.to;
  const began = alerts.filter(isNew);
  const count = (severity: Severity): number => began.filter((alert) => alert.severity === severity).length;
  const items = alerts
    .map((alert) => incidentOf(alert, at))
    .sort((a, b) => rank(b) - rank(a) || b.seconds - a.seconds);
  const waits = items.map(({ secondsToAcknowledge }) => secondsToAcknowledge).filter((one) => one !== null);
  return {
    began: { info: count('info'), warning: count('warning'), critical: count('critical') },
    carriedOver: alerts.filter((alert) => isIncident(alert) && !isNew(alert)).length,
    open: items.filter((item) => isIncident(item) && item.endedAt === null).length,
    longestSeconds: items.length === 0 ? null : Math.max(...items.map(({ seconds }) => seconds)),
    acknowledged: waits.length,
    medianSecondsToAcknowledge: medianOf(waits),
    items: items.slice(0, MOST_ITEMS),
    more: Math.max(0, items.length - MOST_ITEMS),
  };
}
