// The borders of docs/architecture.md, checked on every run of the tests; hack/test/borders.test.ts shows that each can
// fail. Node's own modules are matched by type: their names come here without the prefix `node:`.
const TESTS = ['\\.test\\.tsx?$', '/testing/'];

const OPERATOR_FLOOR = '^operator/src/(api|naming)/';
/** Rooms that decide and build and do nothing else. */
const OPERATOR_PURE = '^operator/src/(resources|policies)/';
const APP_PURE = '^app/server/src/(indicators/(?!http/).+|analysis/[^/]+)\\.ts$';

/** Every folder of the server is a feature, but for the floor that all stand on and the tests' helpers. */
const FEATURE = '^app/server/src/(?!common/|database/|outbound/|testing/)([^/]+)/';
/** What a feature shows to the others: its module and one service; `indicators/index.ts` is a library of functions. */
const SHOWN = [
  '^app/server/src/[^/]+/(http/)?[^/]+\\.module\\.ts$',
  '^app/server/src/market-data/bars/bars\\.service\\.ts$',
  '^app/server/src/api-keys/api-keys\\.service\\.ts$',
  '^app/server/src/audit/audit-log\\.service\\.ts$',
  '^app/server/src/auth/accounts\\.service\\.ts$',
  '^app/server/src/monitoring/metrics/metrics\\.ts$',
  '^app/server/src/monitoring/health/(health-checks|component)\\.ts$',
  // Sealing of any column, and what users stored: whoever needs one does not need the other.
  '^app/server/src/secrets/(secret-box|user-secrets\\.service)\\.ts$',
  '^app/server/src/notifications/notifications\\.service\\.ts$',
  '^app/server/src/monitoring/status/status-sections\\.ts$',
  '^app/server/src/monitoring/reports/(report-)?sections(\\.module)?\\.ts$',
  '^app/server/src/indicators/index\\.ts$',
];

const operatorBorders = [
  {
    name: 'kube-knows-nothing-of-ours',
    comment: 'kube/ could be a package of its own',
    from: { path: '^operator/src/kube/' },
    to: { path: '^(operator/src/(?!kube/)|app/|hack/|test/)' },
  },
  {
    name: 'runtime-knows-only-kube',
    comment: 'runtime/ could be a package of its own',
    from: { path: '^operator/src/runtime/' },
    to: { path: '^(operator/src/(?!(kube|runtime)/)|app/|hack/|test/)' },
  },
  {
    name: 'naming-stands-alone',
    from: { path: '^operator/src/naming/', pathNot: TESTS },
    to: { path: '^operator/src/(?!naming/)' },
  },
  {
    name: 'api-stands-on-naming',
    from: { path: '^operator/src/api/', pathNot: TESTS },
    to: { path: '^operator/src/(?!(api|naming)/)' },
  },
  {
    name: 'resources-policies-and-postgres-stand-on-api-and-naming',
    comment: 'none of the three knows another: only controllers/ puts them together',
    from: { path: '^operator/src/(resources|policies|postgres)/', pathNot: TESTS },
    to: { path: '^operator/src/', pathNot: ['^operator/src/$1/', OPERATOR_FLOOR] },
  },
  {
    name: 'resources-and-policies-do-no-io',
    comment: '(spec, facts) in, manifests or decisions out; clocks are forbidden in .oxlintrc.json',
    from: { path: OPERATOR_PURE, pathNot: TESTS },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'only-main-knows-controllers',
    from: { path: '^operator/src/[^/]+/', pathNot: ['^operator/src/controllers/', ...TESTS] },
    to: { path: '^operator/src/controllers/' },
  },
  {
    name: 'the-plugin-stands-on-kube-api-and-naming',
    comment: 'it runs on the machine of a person: nothing of what the operator decides or does belongs there',
    from: { path: '^operator/src/cli/', pathNot: TESTS },
    to: { path: '^operator/src/(?!(cli|kube|api|naming)/)' },
  },
  {
    name: 'nobody-knows-the-plugin',
    from: { path: '^operator/src/(?!cli/)', pathNot: TESTS },
    to: { path: '^operator/src/cli/' },
  },
  {
    name: 'client-node-only-for-configuration',
    comment: 'decision 1: lists, watches and writes go over our own transport',
    from: { path: '^operator/src/', pathNot: '^operator/src/kube/' },
    to: { path: 'node_modules/@kubernetes/client-node' },
  },
];

const appBorders = [
  {
    name: 'common-knows-no-other-room',
    from: { path: '^app/server/src/common/', pathNot: TESTS },
    to: { path: '^app/server/src/(?!common/)' },
  },
  {
    name: 'database-knows-only-common',
    from: { path: '^app/server/src/database/', pathNot: TESTS },
    to: { path: '^app/server/src/(?!(common|database)/)' },
  },
  {
    name: 'outbound-stands-alone',
    from: { path: '^app/server/src/outbound/', pathNot: TESTS },
    to: { path: '^app/server/src/(?!outbound/)' },
  },
  {
    name: 'the-outside-only-through-outbound',
    comment:
      'docs/decisions/2026-11-26-outbound.md; what Node itself can send with is forbidden in .oxlintrc.json',
    from: { path: '^app/server/src/', pathNot: ['^app/server/src/outbound/', ...TESTS] },
    to: { path: ['node_modules/undici/', '^(https|http2|dgram)$'] },
  },
  {
    name: 'the-app-starts-no-program',
    comment:
      'nothing that a client says can become a command where there are none (docs/security.md, V1.2.5)',
    from: { path: '^app/server/src/', pathNot: TESTS },
    to: { path: '^(child_process|cluster)$' },
  },
  {
    name: 'open-telemetry-only-where-it-is-asked-for',
    comment:
      'docs/decisions/2026-11-26-logs-and-traces.md; the borders of the app know `common/tracing` instead',
    from: {
      path: '^app/server/src/',
      pathNot: ['^app/server/src/monitoring/tracing/(open-telemetry|otlp-exporter)\\.ts$', ...TESTS],
    },
    to: { path: 'node_modules/@opentelemetry/' },
  },
  {
    name: 'open-telemetry-is-loaded-late',
    from: { path: '^app/server/src/', pathNot: TESTS },
    to: {
      path: '^app/server/src/monitoring/tracing/open-telemetry\\.ts$',
      dynamic: false,
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'mail-only-by-notifications',
    comment:
      'docs/decisions/2026-11-26-notifications.md: one place decides about TLS, and no other has the password',
    from: { path: '^app/server/src/', pathNot: ['^app/server/src/notifications/email/', ...TESTS] },
    to: { path: 'node_modules/nodemailer/' },
  },
  {
    name: 'a-feature-shows-its-module-and-one-service',
    from: { path: FEATURE, pathNot: TESTS },
    to: { path: FEATURE, pathNot: ['^app/server/src/$1/', ...SHOWN] },
  },
  {
    name: 'features-know-no-composition',
    comment: 'the files at the root of the server put the features together',
    from: { path: FEATURE, pathNot: TESTS },
    to: { path: '^app/server/src/[^/]+\\.ts$' },
  },
  {
    name: 'indicators-and-rule-score-are-pure',
    comment: 'numbers in, numbers out: no framework, no database, nothing of Node',
    from: { path: APP_PURE, pathNot: TESTS },
    to: { path: '.', pathNot: APP_PURE },
  },
  {
    name: 'the-page-talks-rest-only',
    from: { path: '^app/web/' },
    to: { path: '^(app/server|operator|hack|test)/' },
  },
];

const projectBorders = [
  {
    name: 'no-circular',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  { name: 'the-app-knows-no-operator', from: { path: '^app/' }, to: { path: '^(operator|hack|test)/' } },
  { name: 'the-operator-knows-no-app', from: { path: '^operator/' }, to: { path: '^(app|hack|test)/' } },
  {
    name: 'hack-runs-the-app-from-outside',
    comment: 'npm start and the images use what the app is built to, never its insides',
    from: { path: '^hack/' },
    to: { path: '^app/' },
  },
  { name: 'not-to-unresolvable', from: {}, to: { couldNotResolve: true } },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [...projectBorders, ...operatorBorders, ...appBorders].map((rule) =>
    Object.assign(rule, { severity: 'error' }),
  ),
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.state)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
