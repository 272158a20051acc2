import type { Target } from '../manifest.ts';
import type { MonitoringFacts } from './types.ts';

/** What rules need of an object beside its spec. */
export function monitoringFacts({ spec, operatorNamespace }: Target): MonitoringFacts {
  const folder = spec.monitoring.runbookBaseURL;
  if (folder === undefined) return { operatorNamespace };
  return { operatorNamespace, runbookBaseURL: folder.endsWith('/') ? folder : `${folder}/` };
}
