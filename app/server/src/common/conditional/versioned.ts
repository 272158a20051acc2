/**
 * An answer whose version is known before its body is made: two answers to one URL with one version are the same bytes.
 * A client that has that version already is told so, and the body is never made.
 */
export class Versioned<Body> {
  /** Changes with everything that the body depends on beside the URL and the code. */
  readonly version: string;
  readonly body: () => Promise<Body> | Body;
  /** Making it takes long enough to be felt by others: such answers are made one after the other. */
  readonly isLong: boolean;

  constructor(version: string, body: () => Promise<Body> | Body, isLong = false) {
    this.version = version;
    this.body = body;
    this.isLong = isLong;
  }
}
