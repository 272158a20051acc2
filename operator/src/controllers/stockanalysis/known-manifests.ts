import type { Manifest } from '../../resources/index.ts';
import { condensed } from './condensed.ts';
import { withHash } from './desired.ts';

interface Known {
  /** What it follows from, beside the operator itself. */
  readonly origin: string;
  readonly manifest: Manifest;
}

/**
 * What rules and dashboards came to, condensed. To put them together takes as long as all the rest of a visit; while they
 * follow from the same, what is there is compared with what they came to last. Losing it costs one more time.
 */
export class KnownManifests {
  readonly #byUID = new Map<string, Map<string, Known>>();

  /** `name`: kind and name of the child. */
  get(uid: string, name: string, origin: string): Manifest | undefined {
    const known = this.#byUID.get(uid)?.get(name);
    return known?.origin === origin ? known.manifest : undefined;
  }

  set(uid: string, name: string, origin: string, manifest: Manifest): void {
    const ofObject = this.#byUID.get(uid) ?? new Map<string, Known>();
    this.#byUID.set(uid, ofObject.set(name, { origin, manifest: condensed(withHash(manifest)) }));
  }

  forget(uid: string): void {
    this.#byUID.delete(uid);
  }
}
