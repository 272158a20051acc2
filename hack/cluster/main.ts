/** usage: main.ts up | down [--force] | status | kubeconfig */
import { provider } from './index.ts';

async function main([command, ...rest]: readonly string[]): Promise<void> {
  const cluster = provider();
  switch (command) {
    case 'up':
      return cluster.up();
    case 'down':
      return cluster.down({ force: rest.includes('--force') });
    case 'status':
      return console.log(`${cluster.name}: ${(await cluster.isUp()) ? 'up' : 'down'}`);
    case 'kubeconfig':
      return console.log(cluster.kubeconfigPath());
    case undefined:
    default:
      console.error('usage: main.ts up | down [--force] | status | kubeconfig');
      process.exitCode = 2;
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  // The message says what failed and what to do; a stack would bury it.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
