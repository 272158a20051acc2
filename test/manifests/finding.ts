/** What a scanner says about an object. */
export interface Finding {
  /** `SCANNER/ID`, the ID as the scanner writes it. */
  readonly gate: string;
  /** `SET/KIND/NAME`. */
  readonly object: string;
  /** For whoever reads the failure. */
  readonly says: string;
}

export interface Scan {
  readonly findings: readonly Finding[];
  /** Objects for which at least one gate came to a result, whatever it was. */
  readonly seen: ReadonlySet<string>;
}
