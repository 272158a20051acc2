import { RUNBOOKS } from '../../naming/index.ts';
import type { Target } from '../manifest.ts';
import type { MonitoringFacts } from './types.ts';

/** What rules need of an object beside its spec. */
export function monitoringFacts({ spec, operatorNamespace }: Target): MonitoringFacts {
  const folder = spec.monitoring.runbookBaseURL ?? RUNBOOKS;
  return { operatorNamespace, runbookBaseURL: folder.endsWith('/') ? folder : `${folder}/` };
}
