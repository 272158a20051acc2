export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly requestId?: string;
  readonly [field: string]: unknown;
}

/** Takes what an application logs that has it as `logDestination`. */
export class CapturedLogs {
  /** As they were written. */
  readonly lines: string[] = [];

  write(line: string): void {
    this.lines.push(line);
  }

  parsed(): LogLine[] {
    return this.lines.map((line) => JSON.parse(line) as LogLine);
  }

  /**
   * How many answers were logged under each id. What else is said while a request is worked for has its id, too, but no
   * answer.
   */
  answersById(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { requestId, res, status } of this.parsed())
      // What the parser refuses has no request that could be shown.
      if (requestId !== undefined && (res !== undefined || status !== undefined))
        counts.set(requestId, (counts.get(requestId) ?? 0) + 1);
    return counts;
  }

  forget(): void {
    this.lines.length = 0;
  }
}
