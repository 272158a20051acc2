/**
 * Entry point. In a container this is process 1, which the kernel lets ignore every signal that it has no handler for;
 * loading the modules takes a second, so a handler comes first and the modules after it.
 */
const EXIT_ON_SIGTERM = 128 + 15;
const leave = (): void => process.exit(EXIT_ON_SIGTERM);
process.on('SIGTERM', leave);

try {
  const { runProcess } = await import('./process.ts');
  await runProcess(() => process.off('SIGTERM', leave));
} catch (error) {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `${JSON.stringify({ level: 60, time: Date.now(), error: text, msg: 'the operator ends' })}\n`,
  );
  process.exit(1);
}
