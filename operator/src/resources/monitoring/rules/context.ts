import { series, type Matchers, type SeriesName } from '../promql.ts';
import type { AlertRule, MonitoringFacts, MonitoringTarget, RuleGroup, Severity } from '../types.ts';

/** What a rule is, without what all of them share. */
export interface AlertInput {
  /** Without the prefix: the name of its runbook, too. */
  readonly name: string;
  readonly severity: Severity;
  readonly expr: string;
  readonly for?: string;
  readonly keepFiringFor?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** What happens, in one line. */
  readonly summary: string;
  /** Value against limit, and what to do first. */
  readonly description: string;
}

/** What the rules of one concern are made of. */
export interface RuleContext {
  /** `NAMESPACE/NAME` for texts. */
  readonly subject: string;
  /** A selector of the series of this object (or operator) alone. */
  readonly series: (name: SeriesName, matchers?: Matchers) => string;
  /** Matchers that every selector of this object carries. */
  readonly identity: Matchers;
  readonly alert: (input: AlertInput) => AlertRule;
}

export interface ObjectContext extends RuleContext {
  readonly target: MonitoringTarget;
}

/** The rules of one concern for one object; no group where the spec has nothing to watch. */
export type ObjectRules = (context: ObjectContext) => readonly RuleGroup[];
export type OperatorRules = (context: RuleContext) => readonly RuleGroup[];

/**
 * For how long what may follow from a database that is away must be the case: after that DatabaseDown fires, and inhibits
 * it. Its own minute, two scrapes of 30 s at different times and an evaluation are over by then.
 */
export const AFTER_THE_CAUSE = '2m';

/**
 * What ServiceMonitor and scrape configuration put on every series of the operator. Its metrics have the names that any
 * operator has which is made with controller-runtime: without this the rules would judge all of its namespace.
 */
export const OPERATOR_IDENTITY: Matchers = { component: 'operator' };

/** Of Prometheus rules; the application's own alerts of the same meaning carry the rest of the name. */
export const ALERT_PREFIX = 'StockAnalysis';

function context(subject: string, identity: Matchers, { runbookBaseURL }: MonitoringFacts): RuleContext {
  return {
    subject,
    identity,
    series: (name, matchers = {}) => series(name, { ...identity, ...matchers }),
    alert: ({ name, severity, expr, for: pending, keepFiringFor, labels, summary, description }) => ({
      alert: ALERT_PREFIX + name,
      expr,
      ...(pending === undefined ? {} : { for: pending }),
      ...(keepFiringFor === undefined ? {} : { keep_firing_for: keepFiringFor }),
      // Said once more as labels of the rule: what an expression sums away still says whose alert it is.
      labels: { severity, ...identity, ...labels },
      annotations: {
        summary,
        description,
        ...(runbookBaseURL === undefined ? {} : { runbook_url: `${runbookBaseURL}${name}.md` }),
      },
    }),
  };
}

export function objectContext(target: MonitoringTarget, facts: MonitoringFacts): ObjectContext {
  const { namespace, name } = target;
  return { ...context(`${namespace}/${name}`, { namespace, stockanalysis: name }, facts), target };
}

export function operatorContext(facts: MonitoringFacts): RuleContext {
  const namespace = facts.operatorNamespace;
  return context(`the operator in ${namespace}`, { namespace, ...OPERATOR_IDENTITY }, facts);
}
