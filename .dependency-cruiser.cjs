// The borders of docs/architecture.md, checked on every run of the tests.
const operator = (layer) => `^operator/src/${layer}/`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'kube-knows-nothing-of-ours',
      comment: 'kube/ could be a package of its own',
      severity: 'error',
      from: { path: operator('kube') },
      to: { path: '^(operator/src/(?!kube/)|app/|hack/|test/)' },
    },
    {
      name: 'runtime-knows-only-kube',
      comment: 'runtime/ could be a package of its own',
      severity: 'error',
      from: { path: operator('runtime') },
      to: { path: '^(operator/src/(?!(kube|runtime)/)|app/|hack/|test/)' },
    },
    {
      name: 'builders-and-policies-do-no-io',
      comment: 'resources/ and policies/ are pure: (spec, facts) in, manifests or decisions out',
      severity: 'error',
      from: { path: '^operator/src/(resources|policies)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(operator/src/(runtime|postgres|controllers)/|node:(fs|net|http|https|child_process|timers))',
      },
    },
    {
      name: 'api-and-naming-are-the-ground',
      severity: 'error',
      from: { path: '^operator/src/(api|naming)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^operator/src/(kube|runtime|resources|policies|postgres|controllers)/' },
    },
    {
      name: 'indicators-and-rule-score-are-pure',
      severity: 'error',
      from: { path: '^app/server/src/(indicators|analysis)/[^/]+\\.ts$', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(node_modules/@nestjs|node_modules/typeorm|app/server/src/(database|common|market-data)/|node:fs)',
      },
    },
    {
      name: 'the-page-talks-rest-only',
      severity: 'error',
      from: { path: '^app/web/' },
      to: { path: '^(app/server|operator|hack)/' },
    },
    {
      name: 'the-app-knows-no-operator',
      severity: 'error',
      from: { path: '^app/' },
      to: { path: '^(operator|hack|test)/' },
    },
    {
      name: 'the-operator-knows-no-app',
      severity: 'error',
      from: { path: '^operator/' },
      to: { path: '^(app|hack|test)/' },
    },
    {
      name: 'client-node-only-for-configuration',
      comment: 'decision 1: lists, watches and writes go over our own transport',
      severity: 'error',
      from: { path: '^operator/src/', pathNot: '^operator/src/kube/' },
      to: { path: 'node_modules/@kubernetes/client-node' },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
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
