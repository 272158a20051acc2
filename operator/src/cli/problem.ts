/** What the plugin ends with; 130 and 141 are what a shell makes of SIGINT and SIGPIPE. */
export const EXIT = { ok: 0, failed: 1, usage: 2, incomplete: 3, interrupted: 130, brokenPipe: 141 } as const;

/** Ends the plugin with a message for people and without a stack. */
export class Problem extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.name = 'Problem';
    this.exitCode = exitCode;
  }
}

/** A command line that cannot be meant; `command` is where its help is to be found. */
export function misuse(message: string, command = ''): Problem {
  const help = ['kubectl', 'stockanalysis', command, '--help'].filter((word) => word !== '').join(' ');
  return new Problem(`${message}\nSee \`${help}\`.`, EXIT.usage);
}
