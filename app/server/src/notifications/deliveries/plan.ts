/** A delivery that waits for its message. */
export interface Waiting {
  readonly id: string;
  readonly groupKey: string;
  /** Fingerprint of an alert: of several about the same one the last says what is the case. Null of all else. */
  readonly fingerprint: string | null;
  /** 3: critical, 0: without severity. */
  readonly rank: number;
  /** Its group has had its time to gather. */
  readonly isDue: boolean;
  /** It has been due for as long as the slots are counted. */
  readonly isLate: boolean;
}

/** One message to be made. */
export interface Planned {
  readonly groupKey: string;
  readonly deliveries: readonly string[];
  /** Overtaken by a later one in the same message, so not told. */
  readonly superseded: readonly string[];
  readonly isSummary: boolean;
}

interface Group {
  readonly groupKey: string;
  readonly waiting: readonly Waiting[];
  readonly rank: number;
}

const rankOfAll = (waiting: readonly Waiting[]): number => Math.max(...waiting.map(({ rank }) => rank));

/** Groups of which at least one delivery is due, with all that they have; the worst first, else the oldest. */
export function dueGroups(waiting: readonly Waiting[]): Group[] {
  const groups = Map.groupBy(waiting, ({ groupKey }) => groupKey);
  return [...groups]
    .filter(([, members]) => members.some(({ isDue }) => isDue))
    .map(([groupKey, members]) => ({ groupKey, waiting: members, rank: rankOfAll(members) }))
    .toSorted((a, b) => b.rank - a.rank);
}

/** For which slots are counted: monitoring.notifications.perTenMinutes. */
export const SLOT_MINUTES = 10;

const SUMMARY = 'summary';
/** As `rankOf` says. */
const CRITICAL = 3;

/** The share of the slots that is kept for what is critical: a quarter, and at least one where there are two. */
export function keptForCritical(perTenMinutes: number): number {
  return perTenMinutes < 2 ? 0 : Math.max(1, Math.floor(perTenMinutes / 4));
}

/** Whether a message of this rank may be made. */
export function hasRoom(rank: number, slots: number, kept: number): boolean {
  return slots > (rank >= CRITICAL ? 0 : kept);
}

/** A report: what it says is said nowhere else, so it is never a line of a summary. */
export const isDocument = ({ waiting }: Group): boolean =>
  waiting.every(({ fingerprint }) => fingerprint === null);
export const isLate = ({ waiting }: Group): boolean => waiting.some((one) => one.isLate);

/**
 * The messages to make now: one for each group, and at most `slots`, of which the last `kept` are for what is critical.
 * Alerts for which there is no slot of their own are one message in the last slot; without a slot they wait, and what has gathered by then is one
 * message. Documents wait for a slot of their own, and come before other alerts once they are late, or a storm that lasts
 * would keep them back for good.
 * @param waiting in the order in which it happened
 */
export function planMessages(waiting: readonly Waiting[], slots: number, kept = 0): Planned[] {
  const [documents, alerts] = partition(dueGroups(waiting), isDocument);
  const [critical, others] = partition(alerts, ({ rank }) => rank >= CRITICAL);
  // Where not even the critical ones have room, all alerts that are due go into the last message.
  if (critical.length > slots) return inSlots([...critical, ...others], slots);
  const room = Math.max(slots - kept - critical.length, 0);
  const [late, inTime] = partition(documents, isLate);
  const first = late.slice(0, room);
  const gathered = inSlots(others, room - first.length);
  const last = [...late, ...inTime].slice(first.length, room - gathered.length);
  return [...inSlots(critical, slots), ...first.map(single), ...gathered, ...last.map(single)];
}

const single = ({ groupKey, waiting }: Group): Planned => messageOf(groupKey, waiting, false);

function inSlots(groups: readonly Group[], slots: number): Planned[] {
  const alone = groups.length <= slots ? groups : groups.slice(0, Math.max(slots - 1, 0));
  const planned = alone.map(single);
  const over = groups.slice(alone.length).flatMap(({ waiting }) => waiting);
  if (over.length === 0 || slots <= 0) return planned;
  return [...planned, messageOf(SUMMARY, over, true)];
}

function partition<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

function messageOf(groupKey: string, waiting: readonly Waiting[], isSummary: boolean): Planned {
  const last = new Map(waiting.map((one) => [aboutOf(one), one.id]));
  const isLast = (one: Waiting): boolean => last.get(aboutOf(one)) === one.id;
  const ids = (all: readonly Waiting[]): string[] => all.map(({ id }) => id);
  return {
    groupKey,
    deliveries: ids(waiting.filter(isLast)),
    superseded: ids(waiting.filter((one) => !isLast(one))),
    isSummary,
  };
}

const aboutOf = ({ groupKey, fingerprint, id }: Waiting): string =>
  JSON.stringify(fingerprint === null ? [id] : [groupKey, fingerprint]);
