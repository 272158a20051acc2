/** `node write-lines.ts PATH COUNT`: writes numbered lines to a sink as fast as it can, and says after each that it is there. */
import { truncateSync, writeSync } from 'node:fs';
import { FileSink } from '../file-sink.ts';

const [, , path = '', count = '0'] = process.argv;
let elapsed = 0;
const sink = new FileSink(
  path,
  { path, maxMegabytes: 1, keepFiles: 5, keepDays: 14 },
  { elapsed: () => elapsed, tell: (words) => void writeSync(2, `${words}\n`) },
);

for (let number = 1; number <= Number(count); number += 1) {
  sink.write(`${JSON.stringify({ number, filling: 'x'.repeat(200) })}\n`);
  writeSync(1, `${number}\n`);
}
// Somebody makes room, and the next line comes after a while.
process.once('message', () => {
  truncateSync(path, 1_000);
  elapsed += 60_000;
  sink.write('{"number":"last"}\n');
  process.disconnect();
});
process.send?.('written');
