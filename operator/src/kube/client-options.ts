import type { ResourceType } from './resources.ts';
import type { KubeObject, ObjectRef } from './types.ts';

export interface GetOptions {
  readonly metadataOnly?: boolean;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  /**
   * What happens to a field the server does not know. Default Strict: refused, never dropped silently; for status the
   * server's own default, so that a new operator can still report on an old CRD.
   */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
}

export interface ApplyOptions extends WriteOptions {
  /** Take fields over from other managers. Default true. */
  readonly force?: boolean;
  /** The apply is refused (409, 422) unless the stored object has this UID. */
  readonly uid?: string | undefined;
}

export interface PatchOptions extends WriteOptions {
  readonly subresource?: string;
}

export interface DeleteOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  /** Default Background. */
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly dryRun?: boolean;
}

/** `absent`: there was none. `deleting`: accepted, finalizers or the grace period hold it. `deleted`: gone. */
export type DeleteResult = 'absent' | 'deleting' | 'deleted';

export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'test' | 'move' | 'copy';
  readonly path: string;
  readonly value?: unknown;
  readonly from?: string;
}

/** A write that the API server accepted: the cache waits for it before it answers. */
export interface AcceptedWrite {
  readonly type: ResourceType;
  readonly ref: ObjectRef;
  /** What the API server answered. Absent for a delete. */
  readonly object?: KubeObject;
  /** The version stored by the write. Absent for a delete. */
  readonly resourceVersion?: string;
  /** Set by a delete: the object with this UID is gone or on its way. */
  readonly deletedUid?: string;
}

export interface ClientOptions {
  /** Field manager of every write that names none. */
  readonly fieldManager: string;
}

export interface ServerVersion {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
}
