/** What every operator of the tests is told, wherever it runs. */
export const OPERATOR_IMAGES = {
  RELATED_IMAGE_APP: 'test.invalid/app:1',
  RELATED_IMAGE_POSTGRES: 'test.invalid/postgres:1',
  RELATED_IMAGE_SAMPLE_DATA: 'test.invalid/sample-data:1',
  RELATED_IMAGE_AKTOOLS: 'test.invalid/aktools:1',
} as const;

export interface OperatorPlace {
  readonly namespace: string;
  /** Folder for its files. */
  readonly directory: string;
  /** `host:port` behind which PostgreSQL comes and goes. */
  readonly databaseAddress: string;
  /** Over everything else. */
  readonly environment?: Readonly<Record<string, string>>;
}

export function operatorEnvironment(place: OperatorPlace): Record<string, string> {
  return {
    POD_NAME: 'stock-analysis-operator-0',
    POD_NAMESPACE: place.namespace,
    WATCH_NAMESPACES: place.namespace,
    // Any free port: one that is chosen here could be taken until the operator listens.
    HEALTH_PORT: '0',
    METRICS_PORT: '0',
    POSTGRES_DIAL_ADDRESS: place.databaseAddress,
    ...OPERATOR_IMAGES,
    ...place.environment,
  };
}
