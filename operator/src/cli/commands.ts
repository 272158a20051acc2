import { logs, type CommandContext } from './logs/command.ts';
import { EXIT, Problem, misuse } from './problem.ts';
import { ReaderGone } from './output.ts';
import { ApiError, TransportError } from '../kube/index.ts';

type Command = (args: readonly string[], context: CommandContext) => Promise<number>;

const HELP = `Looks after objects of kind StockAnalysis.

Usage: kubectl stockanalysis COMMAND [flags]

  logs NAME     what all parts of an object have written, merged by time
  version       version of this plugin

\`kubectl stockanalysis COMMAND --help\` tells more.
`;

async function help(_args: readonly string[], { output }: CommandContext): Promise<number> {
  await output.write(HELP);
  return EXIT.ok;
}

const commands = (version: string): ReadonlyMap<string, Command> => {
  const tellVersion: Command = async (_args, { output }) => {
    await output.write(`kubectl-stockanalysis ${version}\n`);
    return EXIT.ok;
  };
  return new Map<string, Command>([
    ['logs', logs],
    ['help', help],
    ['--help', help],
    ['-h', help],
    ['version', tellVersion],
    ['--version', tellVersion],
  ]);
};

/** Carries out one command line. @returns the exit code; nothing is thrown for what can go wrong on the way */
export async function runCommand(
  [name, ...args]: readonly string[],
  version: string,
  context: CommandContext,
): Promise<number> {
  try {
    const command = commands(version).get(name ?? 'help');
    if (!command) throw misuse(`There is no command ${JSON.stringify(name)}.`);
    return await command(args, context);
  } catch (error) {
    return exitCodeOf(error, context);
  }
}

function exitCodeOf(error: unknown, { output, signal }: CommandContext): number {
  if (error instanceof ReaderGone) return EXIT.brokenPipe;
  if (signal.aborted) return EXIT.interrupted;
  if (error instanceof Problem) {
    output.say(`error: ${error.message}`);
    return error.exitCode;
  }
  const isExpected = error instanceof ApiError || error instanceof TransportError;
  output.say(
    `error: ${isExpected || !(error instanceof Error) ? String(error) : (error.stack ?? error.message)}`,
  );
  return EXIT.failed;
}
