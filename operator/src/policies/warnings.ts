import type { StockAnalysisSpec } from '../api/index.ts';
import type { Reason } from '../naming/index.ts';

/** A spec that is legal and may still surprise whoever wrote it. */
export interface Warning {
  readonly reason: Reason;
  readonly message: string;
}

/** Tags that mean another image tomorrow. */
const MOVING_TAGS: ReadonlySet<string> = new Set([
  'latest',
  'main',
  'master',
  'edge',
  'nightly',
  'stable',
  'dev',
]);

export interface WarningFacts {
  /** The installed CRD is another one than this operator brings. */
  readonly isCRDOutdated: boolean;
}

/** Everything about a spec that an administrator wants to know before it happens, most telling first. */
export function warningsOf(spec: StockAnalysisSpec, { isCRDOutdated }: WarningFacts): Warning[] {
  const { server, image, database, security } = spec;
  const proxies = security?.trustedProxies ?? [];
  const candidates: (Warning | undefined)[] = [
    when(
      isCRDOutdated,
      'CRDOutdated',
      'the installed CRD is not the one of this operator, whose new fields are dropped without a word: apply crds/, or upgrade the chart with crds.enabled',
    ),
    when(
      server.replicas === 1,
      'SingleReplica',
      'server.replicas is 1: a drained node or a crash interrupts the service',
    ),
    when(
      image.digest === undefined && MOVING_TAGS.has(image.tag ?? ''),
      'MovingImageTag',
      `image.tag ${image.tag} moves: a restarted pod may run another version than the schema was migrated for; name a version or a digest`,
    ),
    when(
      image.pullPolicy === 'Never',
      'ImagesNotPulled',
      'image.pullPolicy is Never: a node that lacks an image cannot run its pods',
    ),
    when(
      database.mode === 'BuiltIn' && database.builtIn?.parameters?.['statement_timeout'] !== undefined,
      'StatementTimeoutForAll',
      'parameters.statement_timeout holds for every session, migrations and backups included: a long one is cut off',
    ),
    when(
      proxies.some((range) => range.endsWith('/0')),
      'AnyProxyTrusted',
      'security.trustedProxies holds every address: whoever reaches a server may claim to come from anywhere; name the addresses of the proxies',
    ),
  ];
  return candidates.filter((one) => one !== undefined);
}

function when(applies: boolean, reason: Reason, message: string): Warning | undefined {
  return applies ? { reason, message } : undefined;
}
