import { compareQuantities } from '../api/index.ts';
import { eventFinding } from './events.ts';
import type { Finding, LiveClaim, LiveEvent } from './live.ts';

export interface ClaimFacts {
  readonly name: string;
  readonly live: LiveClaim | undefined;
  /** UID that status remembers of the claim that PostgreSQL was initialised on. */
  readonly initialisedOn: string | undefined;
  readonly storageClassName: string | undefined;
}

export type ClaimDecision =
  | { readonly action: 'apply' }
  /** The claim was never bound: it holds no data and may be replaced by one of another class. */
  | { readonly action: 'replace'; readonly uid: string; readonly resourceVersion: string | undefined }
  | { readonly action: 'refuse'; readonly finding: Finding };

/** What to do about the claim. A lost volume is never silently replaced by an empty one. */
export function decideClaim(facts: ClaimFacts): ClaimDecision {
  const { live, name } = facts;
  if (!live) {
    if (facts.initialisedOn === undefined) return { action: 'apply' };
    return refuse(
      'VolumeLost',
      `PersistentVolumeClaim ${name} held the database and is gone; restore it under this name, or delete the StockAnalysis and create it anew to start empty`,
    );
  }
  if (live.metadata.deletionTimestamp !== undefined && facts.initialisedOn !== undefined) {
    return refuse(
      'VolumeTerminating',
      `PersistentVolumeClaim ${name} holds the database and is marked for deletion: it goes as soon as its pod ends. Back the data up now`,
    );
  }
  if (facts.initialisedOn !== undefined && facts.initialisedOn !== live.metadata.uid) {
    return refuse(
      'VolumeMismatch',
      `PersistentVolumeClaim ${name} (UID ${live.metadata.uid}) is not the one that held the database (UID ${facts.initialisedOn}); put the original volume back`,
    );
  }
  if (
    facts.storageClassName !== undefined &&
    live.spec?.storageClassName !== undefined &&
    live.spec.storageClassName !== facts.storageClassName
  ) {
    if (isUnbound(live))
      return { action: 'replace', uid: live.metadata.uid, resourceVersion: live.metadata.resourceVersion };
    return refuse(
      'StorageClassImmutable',
      `PersistentVolumeClaim ${name} has StorageClass ${live.spec.storageClassName}; set spec.database.builtIn.storage.storageClassName back to it`,
    );
  }
  return { action: 'apply' };
}

/** Size to ask for: a volume that somebody grew by hand is not asked to shrink, which the API server would refuse. */
export function claimSize(wanted: string, live: LiveClaim | undefined): string {
  const requested = live?.spec?.resources?.requests?.storage;
  return requested !== undefined && compareQuantities(requested, wanted) > 0 ? requested : wanted;
}

function refuse(reason: Finding['reason'], message: string): ClaimDecision {
  return { action: 'refuse', finding: { reason, message, stalled: true } };
}

export function isUnbound(claim: LiveClaim): boolean {
  return claim.status?.phase === 'Pending' && !claim.spec?.volumeName;
}

/** Why a claim is not bound, undefined where it is. */
export function claimFinding(
  name: string,
  claim: LiveClaim | undefined,
  events: readonly LiveEvent[],
): Finding | undefined {
  const object = `PersistentVolumeClaim ${name}`;
  if (claim?.status?.phase === 'Bound') return undefined;
  if (claim?.status?.phase === 'Lost') {
    return {
      reason: 'VolumeLost',
      message: `${object} lost its PersistentVolume; put it back`,
      stalled: true,
    };
  }
  return eventFinding(object, events);
}
