import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const CONFIGURATION = join(ROOT, '.dependency-cruiser.cjs');
const OPERATOR = 'operator/src';
const SERVER = 'app/server/src';

/** A dependency that breaks the rule: who imports, and what, a file below the same root or the name of a package. */
const BROKEN: readonly (readonly [rule: string, from: string, to: string])[] = [
  ['no-circular', 'hack/ring/a.ts', 'hack/ring/b.ts'],
  ['not-to-unresolvable', 'hack/lost.ts', 'no-such-package'],
  ['the-app-knows-no-operator', `${SERVER}/common/a.ts`, `${OPERATOR}/api/index.ts`],
  ['the-operator-knows-no-app', `${OPERATOR}/controllers/a.ts`, `${SERVER}/common/errors.ts`],
  ['hack-runs-the-app-from-outside', 'hack/start/a.ts', `${SERVER}/common/errors.ts`],
  ['kube-knows-nothing-of-ours', `${OPERATOR}/kube/a.ts`, `${OPERATOR}/naming/index.ts`],
  ['runtime-knows-only-kube', `${OPERATOR}/runtime/a.ts`, `${OPERATOR}/api/index.ts`],
  ['naming-stands-alone', `${OPERATOR}/naming/a.ts`, `${OPERATOR}/api/index.ts`],
  ['api-stands-on-naming', `${OPERATOR}/api/a.ts`, `${OPERATOR}/kube/index.ts`],
  ...(
    [
      ['resources', 'policies'],
      ['policies', 'resources'],
      ['resources', 'kube'],
      ['policies', 'runtime'],
      ['postgres', 'resources'],
      ['postgres', 'kube'],
    ] as const
  ).map(
    ([from, to]) =>
      [
        'resources-policies-and-postgres-stand-on-api-and-naming',
        `${OPERATOR}/${from}/to-${to}.ts`,
        `${OPERATOR}/${to}/index.ts`,
      ] as const,
  ),
  ['resources-and-policies-do-no-io', `${OPERATOR}/resources/reads.ts`, 'node:fs'],
  ['resources-and-policies-do-no-io', `${OPERATOR}/policies/waits.ts`, 'node:timers/promises'],
  ['only-main-knows-controllers', `${OPERATOR}/cli/a.ts`, `${OPERATOR}/controllers/index.ts`],
  ['the-plugin-stands-on-kube-api-and-naming', `${OPERATOR}/cli/b.ts`, `${OPERATOR}/runtime/index.ts`],
  ['the-plugin-stands-on-kube-api-and-naming', `${OPERATOR}/cli/logs/c.ts`, `${OPERATOR}/resources/index.ts`],
  ['nobody-knows-the-plugin', `${OPERATOR}/controllers/d.ts`, `${OPERATOR}/cli/commands.ts`],
  ['client-node-only-for-configuration', `${OPERATOR}/controllers/b.ts`, '@kubernetes/client-node'],
  ['common-knows-no-other-room', `${SERVER}/common/b.ts`, `${SERVER}/database/connector.ts`],
  ['database-knows-only-common', `${SERVER}/database/a.ts`, `${SERVER}/market-data/market-data.module.ts`],
  [
    'a-feature-shows-its-module-and-one-service',
    `${SERVER}/analysis/http/a.ts`,
    `${SERVER}/market-data/bars/bars.dto.ts`,
  ],
  ['outbound-stands-alone', `${SERVER}/outbound/a.ts`, `${SERVER}/common/errors.ts`],
  ['the-outside-only-through-outbound', `${SERVER}/market-data/sends.ts`, 'undici'],
  ['the-outside-only-through-outbound', `${SERVER}/common/sends.ts`, 'node:https'],
  ['open-telemetry-only-where-it-is-asked-for', `${SERVER}/database/traces.ts`, '@opentelemetry/api'],
  ['open-telemetry-only-where-it-is-asked-for', `${SERVER}/monitoring/tracing/a.ts`, '@opentelemetry/api'],
  [
    'open-telemetry-is-loaded-late',
    `${SERVER}/monitoring/tracing/b.ts`,
    `${SERVER}/monitoring/tracing/open-telemetry.ts`,
  ],
  ['mail-only-by-notifications', `${SERVER}/market-data/mails.ts`, 'nodemailer'],
  ['the-app-starts-no-program', `${SERVER}/common/starts.ts`, 'node:child_process'],
  ['the-app-starts-no-program', `${SERVER}/outbound/starts.ts`, 'node:child_process'],
  ['the-app-starts-no-program', `${SERVER}/forks.ts`, 'node:cluster'],
  ['features-know-no-composition', `${SERVER}/market-data/a.ts`, `${SERVER}/app.module.ts`],
  ['indicators-and-rule-score-are-pure', `${SERVER}/indicators/reads.ts`, 'node:fs'],
  ['indicators-and-rule-score-are-pure', `${SERVER}/indicators/kernels/reads.ts`, 'node:fs'],
  ['indicators-and-rule-score-are-pure', `${SERVER}/analysis/a.ts`, '@nestjs/common'],
  ['indicators-and-rule-score-are-pure', `${SERVER}/analysis/b.ts`, `${SERVER}/common/errors.ts`],
  ['the-page-talks-rest-only', 'app/web/src/a.ts', `${SERVER}/common/errors.ts`],
];

const KEPT: readonly (readonly [from: string, to: string])[] = [
  [`${OPERATOR}/main.ts`, `${OPERATOR}/controllers/index.ts`],
  [`${OPERATOR}/controllers/c.ts`, `${OPERATOR}/policies/index.ts`],
  [`${OPERATOR}/resources/c.ts`, `${OPERATOR}/naming/index.ts`],
  [`${OPERATOR}/cli/c.ts`, `${OPERATOR}/kube/index.ts`],
  [`${OPERATOR}/postgres/c.ts`, 'node:crypto'],
  [`${OPERATOR}/policies/c.test.ts`, `${OPERATOR}/resources/index.ts`],
  [`${SERVER}/analysis/c.ts`, `${SERVER}/indicators/index.ts`],
  [`${SERVER}/analysis/http/c.ts`, `${SERVER}/market-data/market-data.module.ts`],
  [`${SERVER}/indicators/http/c.ts`, `${SERVER}/market-data/bars/bars.service.ts`],
  [`${SERVER}/market-data/c.ts`, `${SERVER}/database/connector.ts`],
  [`${SERVER}/market-data/d.ts`, `${SERVER}/outbound/outbound-client.ts`],
  [`${SERVER}/outbound/b.ts`, 'undici'],
  [`${SERVER}/monitoring/tracing/otlp-exporter.ts`, '@opentelemetry/api'],
  [`${SERVER}/app.module.ts`, `${SERVER}/market-data/bars/bars.dto.ts`],
];

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

const isFile = (name: string): boolean => name.endsWith('.ts') && !name.startsWith('node:');

function write(root: string, file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text, { flag: 'a' });
}

function writeImport(root: string, from: string, to: string): void {
  const path = relative(dirname(from), to);
  write(root, from, `import '${isFile(to) ? (path.startsWith('.') ? path : `./${path}`) : to}';\n`);
  if (isFile(to)) write(root, to, '');
}

describe('the borders', () => {
  let root: string;
  let violations: readonly Violation[];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'borders-'));
    writeFileSync(join(root, 'tsconfig.json'), '{"compilerOptions":{"module":"nodenext"}}');
    const packages = [
      '@nestjs/common',
      '@kubernetes/client-node',
      '@opentelemetry/api',
      'undici',
      'nodemailer',
    ];
    for (const name of packages) {
      write(root, `node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
      write(root, `node_modules/${name}/index.js`, '');
    }
    for (const [, from, to] of BROKEN) writeImport(root, from, to);
    for (const [from, to] of KEPT) writeImport(root, from, to);
    writeImport(root, 'hack/ring/b.ts', 'hack/ring/a.ts');
    const command = ['--config', CONFIGURATION, '--output-type', 'json', 'operator', 'app', 'hack'];
    // With this kind of output the exit code says nothing; what was found is in the report.
    const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules/.bin/depcruise'), command, {
      cwd: root,
      maxBuffer: 1 << 26,
    });
    violations = (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
  }, 60_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const brokenBy = (from: string): string[] =>
    violations.filter((violation) => violation.from === from).map((violation) => violation.rule.name);

  it.each(BROKEN)('%s: refuses %s -> %s', (rule, from) => {
    expect(brokenBy(from)).toContain(rule);
  });

  it.each(KEPT)('allow %s -> %s', (from) => {
    expect(brokenBy(from)).toEqual([]);
  });

  /** What the linter says of a file in this place; the app's own configuration inherits what it does not say itself. */
  async function lint(file: string, text: string): Promise<string> {
    for (const folder of ['.', 'app/server'])
      cpSync(join(ROOT, folder, '.oxlintrc.json'), join(root, folder, '.oxlintrc.json'));
    write(root, file, text);
    const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules/.bin/oxlint'), [file], {
      cwd: root,
    }).catch((error: { stdout: string }) => error);
    return stdout;
  }

  it.each([
    [`${OPERATOR}/resources`, true],
    [`${OPERATOR}/policies`, true],
    [`${SERVER}/indicators`, true],
    [`${SERVER}/indicators/kernels`, true],
    [`${SERVER}/analysis`, true],
    [`${SERVER}/analysis/http`, false],
    [`${OPERATOR}/controllers`, false],
  ])('keep the clock out of %s: %s', async (room, expected) => {
    const stdout = await lint(
      `${room}/clock.ts`,
      'export const now = (): number => Date.now() * performance.now();\n',
    );
    const restricted = ['Date', 'performance'];
    const refused = restricted.filter((word) => stdout.includes(`'${word}'`));
    expect(refused).toEqual(expected ? restricted : []);
  });

  it.each([
    [`${OPERATOR}/resources/dice.ts`, true],
    [`${OPERATOR}/policies/dice.ts`, true],
    [`${SERVER}/analysis/dice.ts`, true],
    [`${SERVER}/auth/dice.ts`, true],
    [`${SERVER}/common/dice.ts`, true],
    [`${SERVER}/outbound/dice.ts`, true],
    [`${SERVER}/indicators/kernels/dice.ts`, true],
    [`${SERVER}/auth/dice.test.ts`, false],
  ])('keep what can be guessed out of %s: %s', async (file, expected) => {
    const stdout = await lint(file, 'export const token = (): string => String(Math.random());\n');
    expect(stdout.includes("'Math.random'")).toBe(expected);
  });

  /** A line for each way to send that Node has, and what the linter is to say of it. */
  const SENDS = {
    "import http from 'node:http'; export const a = http;": "'default' import from 'node:http'",
    "import { request } from 'node:http'; export const b = request;": "'request' import from 'node:http'",
    "import * as https from 'node:https'; export const c = https;": "'node:https' import",
    "import { connect } from 'node:net'; export const d = connect;": "'connect' import from 'node:net'",
    "import { connect as e } from 'node:tls'; export const f = e;": "'connect' import from 'node:tls'",
    "import 'node:http2';": "'node:http2' import",
    "import 'node:dgram';": "'node:dgram' import",
    "export const g = fetch('x');": "'fetch'",
    "export const h = globalThis.fetch('x');": "'globalThis.fetch'",
    "export const i = new WebSocket('x');": "'WebSocket'",
    "export const j = new EventSource('x');": "'EventSource'",
  };

  it.each([
    [`${SERVER}/market-data/out.ts`, true],
    [`${SERVER}/common/out.ts`, true],
    [`${SERVER}/out.ts`, true],
    [`${SERVER}/outbound/out.ts`, false],
    [`${SERVER}/market-data/out.test.ts`, false],
    [`${SERVER}/market-data/testing/out.ts`, false],
  ])('keep %s from sending with what Node has: %s', async (file, expected) => {
    const stdout = await lint(file, `${Object.keys(SENDS).join('\n')}\n`);
    const refused = Object.values(SENDS).filter((complaint) => stdout.includes(complaint));
    expect(refused).toEqual(expected ? Object.values(SENDS) : []);
  });

  it('have a case for each rule', () => {
    const { forbidden } = createRequire(import.meta.url)(CONFIGURATION) as { forbidden: { name: string }[] };
    expect(new Set(BROKEN.map(([rule]) => rule))).toEqual(new Set(forbidden.map((rule) => rule.name)));
  });
});
