import type { Severity } from '../common/severity.ts';
import { type Content, rankOfSeverity } from './content.ts';

/** What a feature wants somebody to be told. */
export interface NotificationMessage {
  /** What it is about, such as the id of an alert. */
  readonly subjectKey: string;
  /** What happened to it: `firing`, `resolved`. Each is told once per channel, whoever asks for it and how often. */
  readonly transition: string;
  /** What belongs together: told in one message when it comes within `monitoring.alerts.groupSeconds`. */
  readonly groupKey: string;
  readonly content: Content;
  /** Not over these: the channel that it tells of. */
  readonly exceptChannels?: readonly string[] | undefined;
  /** Over these alone. */
  readonly onlyChannels?: readonly string[] | undefined;
  /** Does not wait for others of its group. */
  readonly atOnce?: boolean | undefined;
}

/** What decides over which channels a message goes. */
export interface Addressed extends Pick<NotificationMessage, 'exceptChannels' | 'onlyChannels'> {
  /** Absent: it is no alert, and goes over channels for urgent ones, too. */
  readonly severity?: string | undefined;
}

/** The least severity that a channel carries; undefined: it carries all. */
export type LeastSeverity<Name extends string> = (channel: Name) => Severity | undefined;

export function addressOf({ content, exceptChannels, onlyChannels }: NotificationMessage): Addressed {
  const severity = content.kind === 'alert' ? content.labels['severity'] : undefined;
  return { exceptChannels, onlyChannels, severity };
}

/** The channels of `names` that a message goes to. */
export function targetsOf<Name extends string>(
  { exceptChannels = [], onlyChannels, severity }: Addressed,
  names: readonly Name[],
  least: LeastSeverity<Name>,
): Name[] {
  const rank = rankOfSeverity(severity);
  return names.filter(
    (name) =>
      !exceptChannels.includes(name) &&
      (onlyChannels === undefined || onlyChannels.includes(name)) &&
      // Of what has no severity that is known nobody can say that it does not matter.
      (rank === 0 || rank >= rankOfSeverity(least(name))),
  );
}

/** By it a message to a channel is known in this process. */
export function toldKey({ subjectKey, transition }: NotificationMessage, channel: string): string {
  return JSON.stringify([subjectKey, transition, channel]);
}

/** What a message is about over a channel: of several about the same alert the last says what is the case. */
export function aboutOf(message: NotificationMessage, channel: string): string {
  const { content, groupKey } = message;
  return content.kind === 'alert'
    ? JSON.stringify([groupKey, content.fingerprint, channel])
    : toldKey(message, channel);
}
