/** A delivery that waits for its message. */
export interface Waiting {
  readonly id: string;
  readonly groupKey: string;
  /** 3: critical, 0: without severity. */
  readonly rank: number;
  /** Its group has had its time to gather. */
  readonly isDue: boolean;
}

/** One message to be made. */
export interface Planned {
  readonly groupKey: string;
  readonly deliveries: readonly string[];
  readonly isSummary: boolean;
}

interface Group {
  readonly groupKey: string;
  readonly waiting: readonly Waiting[];
  readonly rank: number;
}

/** Groups of which at least one delivery is due, with all that they have; the worst first, else the oldest. */
function dueGroups(waiting: readonly Waiting[]): Group[] {
  const groups = Map.groupBy(waiting, ({ groupKey }) => groupKey);
  return [...groups]
    .filter(([, members]) => members.some(({ isDue }) => isDue))
    .map(([groupKey, members]) => ({
      groupKey,
      waiting: members,
      rank: Math.max(...members.map(({ rank }) => rank)),
    }))
    .toSorted((a, b) => b.rank - a.rank);
}

const SUMMARY = 'summary';

/**
 * The messages to make now: one for each group, and at most `slots`. What is over is one message in the last slot; without
 * a slot it waits, and what has gathered by then is one message.
 * @param waiting oldest first
 */
export function planMessages(waiting: readonly Waiting[], slots: number): Planned[] {
  const groups = dueGroups(waiting);
  const single = groups.length <= slots ? groups : groups.slice(0, Math.max(slots - 1, 0));
  const planned = single.map(({ groupKey, waiting: members }) => ({
    groupKey,
    deliveries: members.map(({ id }) => id),
    isSummary: false,
  }));
  const over = groups.slice(single.length).flatMap((group) => group.waiting);
  if (over.length === 0 || slots <= 0) return planned;
  return [...planned, { groupKey: SUMMARY, deliveries: over.map(({ id }) => id), isSummary: true }];
}
