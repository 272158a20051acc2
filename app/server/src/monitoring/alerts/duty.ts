/**
 * Who leads is not to be known while the database is silent: that one may have gone with it, as on the same node. After this
 * time everybody speaks rather than nobody.
 */
const ALONE_AFTER_MS = 120_000;

/**
 * What a process has to do about alerts on the database: `leads`: it tells; `alone`: it cannot know whether whoever led is
 * still there, and tells rather twice than never; `looks-on`: another one tells, and this one knows what is the case when it
 * takes over.
 */
export type Duty = 'leads' | 'alone' | 'looks-on';

/**
 * @param heldLast whether this process led when the database answered last; undefined: it never has
 * @param answeredAt when that was, or this process began; milliseconds since 1970
 */
export function dutyAt(at: number, heldLast: boolean | undefined, answeredAt: number): Duty {
  if (heldLast === true) return 'leads';
  return at - answeredAt >= ALONE_AFTER_MS ? 'alone' : 'looks-on';
}
