// Runs in a build stage on the image's own Node, from inside the compiled sources: loads every package that they import
// statically. One that the pruned node_modules lacks fails the build here, not a pod later. Packages behind a dynamic
// import are optional by intent and are not looked at.
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

const STATIC_IMPORT = /^(?:import|export)\b(?:[^;'"]*\bfrom)?\s*['"]([^'"./][^'"]*)['"]/gm;

const files = readdirSync(import.meta.dirname, { recursive: true }).filter((name) => name.endsWith('.js'));
if (files.length === 0) throw new Error(`${import.meta.dirname} holds no compiled source`);

const names = new Set();
for (const file of files) {
  const text = readFileSync(join(import.meta.dirname, file), 'utf8');
  for (const match of text.matchAll(STATIC_IMPORT)) names.add(match[1]);
}
const failures = [];
for (const name of names) {
  if (isBuiltin(name)) continue;
  await import(name).catch((error) => failures.push(`${name}: ${error.message}`));
}
if (failures.length > 0) {
  console.error(`packages that the compiled sources import and that do not load:\n${failures.join('\n')}`);
  process.exit(1);
}
console.log(`${files.length} compiled files: every package they import loads`);
// A package may have left a timer or a socket behind.
process.exit(0);
