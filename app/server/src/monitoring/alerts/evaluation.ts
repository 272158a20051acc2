import { randomUUID } from 'node:crypto';
import { redactText } from '../../common/redaction/redact.ts';
import type { AlertMessage, Reach } from './alert-message.ts';
import type { StoredAlert } from './alerts.sql.ts';
import type { Observation } from './conditions/observation.ts';
import { canonical, fingerprintOf, type Labels } from '../history/labels.ts';
import { foundBy, type Look } from './last-look.ts';
import { ended, type Episode, step } from './lifecycle.ts';
import type { AlertRule, Severity } from './rules/definition.ts';
import { fill } from './rules/template.ts';
import { type Told, type Telling, type Transition, tellingOf } from './telling.ts';

const NEVER = { forSeconds: 0, cooldownSeconds: 0, escalateAfterSeconds: 0 };
const UNTOLD: Told = { told: 'nothing', transition: 0 };

/** What becomes of one alert by one evaluation. */
export type Outcome =
  | { readonly kind: 'gone'; readonly alert: StoredAlert }
  | ({ readonly kind: 'kept'; readonly alert: StoredAlert } & Omit<Telling, 'told'>);

export interface Surroundings extends Look {
  readonly isSilenced: (alert: Pick<StoredAlert, 'rule' | 'severity' | 'labels'>) => boolean;
  readonly isInhibited: (labels: Labels) => boolean;
  /** Absent: what is told goes to whoever is there. */
  readonly reach?: Reach | undefined;
  /** Id of a new alert; absent: any. */
  readonly newId?: ((fingerprint: string) => string | undefined) | undefined;
}

/** What is there: an observation with the alert that it is about, if there is one, and alerts that nothing was said about. */
function paired(
  rule: string,
  observations: readonly Observation[],
  stored: readonly StoredAlert[],
): [Observation, StoredAlert | undefined][] {
  const byFingerprint = new Map(stored.map((alert) => [alert.fingerprint, alert]));
  const seen = observations.map((observation): [Observation, StoredAlert | undefined] => {
    const fingerprint = fingerprintOf(rule, observation.labels);
    const alert = byFingerprint.get(fingerprint);
    byFingerprint.delete(fingerprint);
    return [observation, alert];
  });
  const unsaid = [...byFingerprint.values()].map(({ labels, ...alert }): [Observation, StoredAlert] => [
    { labels, state: 'unknown' },
    { labels, ...alert },
  ]);
  return [...seen, ...unsaid];
}

/**
 * Pure: what the observations of a rule make of its alerts.
 * @param stored the newest alert of each fingerprint that may go on
 */
export function evaluate(
  rule: AlertRule,
  observations: readonly Observation[],
  stored: readonly StoredAlert[],
  surroundings: Surroundings,
): Outcome[] {
  return paired(rule.name, observations, stored).flatMap(
    ([observation, alert]) => judge(rule, observation, alert, surroundings) ?? [],
  );
}

/** Pure: the end of alerts whose rule was switched off or removed. */
export function retire(
  rule: Pick<AlertRule, 'exceptChannelOf'>,
  stored: readonly StoredAlert[],
  { at, isSilenced, reach }: Pick<Surroundings, 'at' | 'isSilenced' | 'reach'>,
): Outcome[] {
  return stored
    .filter(({ episode }) => episode.state !== 'resolved')
    .map((alert): Outcome => {
      const { episode } = alert;
      if (episode.firedAt === undefined) return { kind: 'gone', alert };
      const after = ended(episode, 'rule-removed', at);
      const isUnheard = isHeardByNobody(rule, alert, reach);
      const circumstances = {
        ...{ before: episode, now: at, isSilenced: isSilenced(alert), isInhibited: false, isUnheard },
      };
      const { told, ...telling } = tellingOf(after, alert.told, NEVER, circumstances);
      return keptAs({ ...alert, evaluatedAt: at, episode: after, told }, telling);
    });
}

function keptAs(alert: StoredAlert, telling: Omit<Telling, 'told'>): Outcome {
  return { kind: 'kept', alert, ...telling };
}

function judge(
  rule: AlertRule,
  observation: Observation,
  stored: StoredAlert | undefined,
  surroundings: Surroundings,
): Outcome | undefined {
  const { at, isSilenced, isInhibited, reach, newId } = surroundings;
  const alert = stored && foundBy(surroundings, stored);
  if (stored !== undefined && alert === undefined) return undefined;
  const stepped = step(alert?.episode, observation, rule, at);
  if (stepped === undefined) return undefined;
  if ('gone' in stepped) return alert && { kind: 'gone', alert };
  const goingOn = stepped.isNew ? undefined : alert;
  const base = goingOn ?? freshAlert(rule, observation, at, newId);
  const named = { ...base, ...worded(rule, observation, base, stepped.next) };
  const { told, ...telling } = tellingOf(stepped.next, base.told, rule, {
    before: goingOn?.episode,
    now: at,
    isSilenced: isSilenced(named),
    isInhibited: isInhibited(named.labels),
    isUnheard: isHeardByNobody(rule, named, reach),
  });
  const severity = severityOf(rule, told);
  return keptAs({ ...named, severity, evaluatedAt: at, episode: stepped.next, told }, telling);
}

function freshAlert(
  rule: AlertRule,
  { labels }: Observation,
  at: number,
  newId: Surroundings['newId'],
): Omit<StoredAlert, 'episode'> {
  const fingerprint = fingerprintOf(rule.name, labels);
  return {
    id: newId?.(fingerprint) ?? randomUUID(),
    fingerprint,
    rule: rule.name,
    severity: rule.severity,
    labels: Object.fromEntries(Object.entries(labels)),
    summary: '',
    description: '',
    value: undefined,
    limit: undefined,
    startedAt: at,
    evaluatedAt: at,
    told: UNTOLD,
  };
}

/** What an alert says is what was seen while the condition held: the value of the end tells nobody what was wrong. */
function worded(
  rule: AlertRule,
  observation: Observation,
  base: Omit<StoredAlert, 'episode'>,
  { state }: Episode,
): Pick<StoredAlert, 'summary' | 'description' | 'value' | 'limit'> {
  if (base.summary !== '' && (state === 'resolved' || observation.state !== 'breached'))
    return { summary: base.summary, description: base.description, value: base.value, limit: base.limit };
  return {
    // What is observed may be the text of an error.
    summary: redactText(fill(rule.summary, observation)),
    description: redactText(fill(rule.description, observation)),
    value: observation.value,
    limit: observation.limit,
  };
}

/** What nobody acknowledged in time is critical, so that it reaches whoever is called for that only. */
function severityOf({ severity }: AlertRule, { escalatedAt }: Told): Severity {
  return escalatedAt === undefined ? severity : 'critical';
}

/** @param all the alerts of the rule as they are now, with this one */
export function messageOf(
  rule: Pick<AlertRule, 'name' | 'exceptChannelOf'>,
  alert: StoredAlert,
  transition: Transition,
  all: readonly StoredAlert[],
): AlertMessage {
  const { id, fingerprint, severity, labels, summary, description, episode, told } = alert;
  const exceptChannels = channelsWithout(rule, alert);
  const isInGroup = (one: StoredAlert): boolean =>
    channelsWithout(rule, one).join() === exceptChannels.join();
  return {
    ...{ alertId: id, fingerprint, rule: rule.name, severity, labels, summary, description, transition },
    number: told.transition,
    startsAt: episode.firedAt ?? alert.startedAt,
    endsAt: episode.resolvedAt,
    endReason: transition === 'resolved' ? episode.endReason : undefined,
    exceptChannels,
    groupStatus: all.some((one) => isToldToFire(one) && isInGroup(one)) ? 'firing' : 'resolved',
  };
}

/** By channel and by component. */
const CHANNEL_OF: Readonly<Record<string, string>> = { email: 'email', mail: 'email', webhook: 'webhook' };

/** The channel that an alert is about must not carry it. */
function channelsWithout(
  { exceptChannelOf }: Pick<AlertRule, 'exceptChannelOf'>,
  { labels }: Pick<StoredAlert, 'labels'>,
): string[] {
  const channel = exceptChannelOf && CHANNEL_OF[labels[exceptChannelOf] ?? ''];
  return channel === undefined || channel === '' ? [] : [channel];
}

function isHeardByNobody(
  rule: Pick<AlertRule, 'exceptChannelOf'>,
  alert: Pick<StoredAlert, 'labels' | 'severity'>,
  reach: Reach = () => true,
): boolean {
  return !reach({ severity: alert.severity, exceptChannels: channelsWithout(rule, alert) });
}

const isToldToFire = ({ episode, told }: StoredAlert): boolean =>
  episode.state === 'firing' && told.told === 'firing';

/** For log lines of whoever looks closer: what an evaluation made of an alert, and why nobody was told. */
export function detailOf(outcome: Outcome): Readonly<Record<string, unknown>> {
  const { id: alertId, episode, told, value, limit } = outcome.alert;
  if (outcome.kind === 'gone') return { alertId, state: 'gone' };
  const { state, pendingSince, clearSince } = episode;
  const times = { since: timeOf(pendingSince), clearSince: timeOf(clearSince) };
  return { alertId, state, ...times, told: told.told, heldBy: outcome.heldBy, value, limit };
}

const timeOf = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

/** For log lines. */
export function nameOf({ rule, labels }: Pick<StoredAlert, 'rule' | 'labels'>): string {
  return Object.keys(labels).length === 0 ? rule : `${rule} ${canonical(labels)}`;
}
