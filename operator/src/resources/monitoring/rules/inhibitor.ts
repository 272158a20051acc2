import type { AlertRule } from '../types.ts';
import type { RuleContext } from './context.ts';

/** When the cause is the case; as the alert on it has it. */
export interface Cause {
  readonly expr: string;
  readonly for: string;
  /** A sentence about the present, without its end. */
  readonly what: string;
}

/** For how long after its end a cause is seen in what follows from it, and in what. */
export interface Aftermath {
  readonly name: string;
  readonly lasts: string;
  readonly mutes: string;
}

/** Fires with its cause and for a while after it, so that Alertmanager can mute what follows: told to nobody. */
export const inhibitor = (
  { alert }: RuleContext,
  { expr, for: pending, what }: Cause,
  { name, lasts, mutes }: Aftermath,
): AlertRule =>
  alert({
    name,
    severity: 'none',
    expr,
    for: pending,
    keepFiringFor: lasts,
    summary: `${what}, now or within the last ${lasts}`,
    description: `Not for people: Alertmanager mutes the alerts on ${mutes} while this fires, which follow from that cause. Route severity "none" to nobody.`,
  });
