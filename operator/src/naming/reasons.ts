/**
 * Every reason that a condition may carry, with what it means and what helps. The API reference is generated from
 * this table; a reason that is not in it does not compile.
 */
export const REASONS = {
  Available: 'Works as the spec asks.',
  Reconciling: 'A new spec has been seen and is not judged yet.',
  Progressing: 'On its way; the message names the object that is waited for.',
  UpToDate: 'Nothing is pending.',
  NotRequested: 'The spec does not ask for it.',
  WaitingForDatabase: 'Waits until the database is ready.',
  WaitingForSchema: 'Waits until the migration of the desired image has succeeded.',
  MigrationRunning: 'The migrate Job runs.',
  MigrationFailed:
    'The migrate Job failed; the message carries what its pod said. It is tried again with growing pauses.',
  ImagePullFailed:
    'A node cannot pull the image that the message names. Correct the spec or make the image available.',
  InvalidImageName: 'The image reference in the spec is malformed. Correct the spec.',
  ContainerConfigError: 'A container cannot be created, for example because a Secret or key is missing.',
  PodStartFailed:
    'A node cannot start a pod, for example because a volume of it cannot be attached or mounted; the message is the one of the node.',
  ContainerCrashed: 'A container ends again and again; the message carries its exit code and last words.',
  PodUnschedulable: 'No node takes the pod; the message is the one of the scheduler.',
  PodCreationFailed: 'The cluster refuses to create a pod; the message says why.',
  PodSecurityDenied: 'Pod Security of the namespace refuses a pod.',
  StorageClassMissing:
    'The StorageClass of the volume does not exist, or none is the default. Create it or correct the spec.',
  VolumePending: 'The volume is not provisioned yet.',
  VolumeLost:
    'The volume that held the data is gone. Nothing new is made in its place: restore the claim or delete the object.',
  VolumeTerminating:
    'The volume that holds the data is marked for deletion and goes as soon as its pod ends. Back the data up at once.',
  VolumeMismatch: 'The volume holds another database than the one that this object was made with.',
  StorageClassImmutable:
    'The volume exists with another StorageClass, which cannot be changed. Put the old name back into the spec.',
  VolumeResizeRefused: 'The cluster refuses to grow the volume; the message says why.',
  QuotaExceeded: 'A ResourceQuota refuses an object. Raise it or ask for less.',
  AdmissionDenied: 'An admission rule of the cluster refuses an object; the message is the one of the rule.',
  InvalidManifest:
    'The API server calls a child that follows from this spec invalid. Correct the named field of the spec.',
  InvalidSpec: 'The spec does not follow the schema of this operator. Correct the named field.',
  OperatorNotPermitted:
    'The operator lacks a permission; the message names it. Check its Role and RoleBinding.',
  Conflict:
    'An object of a needed name exists and belongs to somebody else. It is left alone: rename or delete it.',
  WaitingForDeletion: 'An earlier object of the same name is still being deleted.',
  SecretMissing: 'A Secret that the spec refers to does not exist.',
  SecretInvalid: 'A Secret that the spec refers to lacks a key or holds a malformed value.',
  PrometheusOperatorAbsent:
    'The cluster does not serve the kinds of prometheus-operator: the rules stand as files in the ConfigMap that the message names. Install it, or have your Prometheus read them.',
  CredentialsMissing:
    'A generated Secret is gone while its data exists. No new one is invented: put the old one back.',
  CredentialsRenewed:
    'A generated Secret was lost and made anew, because its loss locks no data; the message says what has to be done again.',
  CredentialsRejected: 'The database refuses the password of a generated Secret.',
  DatabaseUnreachable: 'The operator cannot reach the database; the message says why. It tries again.',
  DatabaseFailed:
    'The database refuses a statement of the operator; the message has its words, for example a full disk. It tries again.',
  Suspended: 'spec.suspend holds: nothing runs, volume and credentials are kept.',
  NamespaceTerminating: 'The namespace is being deleted.',
  AnyProxyTrusted:
    'Whoever reaches a server may claim to come from any address: allowlist, rate limits and audit log believe it.',
  DefaultsChanged:
    'This operator brings other images or pod templates than those in use; the message lists them and says how to roll them out. Nothing restarts by itself.',
  CRDOutdated:
    'The installed CRD is not the one of this operator: fields that it does not know are dropped. Apply crds/ or upgrade the chart.',
  SingleReplica: 'One server only: a drained node or a crash interrupts the service.',
  MovingImageTag:
    'The tag of the image moves: a restart may bring a version that the schema was not migrated for.',
  ImagesNotPulled: 'Images are never pulled: a node that lacks one cannot run its pods.',
  StatementTimeoutForAll:
    'statement_timeout holds for every session of the database, migrations and backups included.',
  Deleting: 'The object is being deleted.',
  DeletionNotConfirmed:
    'deletionPolicy is Delete and the confirming annotation is absent. Add it, or set deletionPolicy to Retain.',
  ReconcileFailed: 'An unexpected error; the message carries it. It is tried again with growing pauses.',
} as const satisfies Record<string, string>;

export type Reason = keyof typeof REASONS;

/** Condition types in the order in which they are written. */
export const CONDITIONS = {
  Ready: 'The platform serves: DatabaseReady, SchemaCurrent and WorkloadsAvailable hold for this generation.',
  Reconciling: 'True while the operator works towards the spec.',
  Stalled: 'True where nothing but a change of the spec (or of what the message names) helps.',
  DatabaseReady:
    'The database runs, its roles exist and the operator can log in; in an external one a migration has worked.',
  SchemaCurrent: 'The migrations of the desired image have been carried out.',
  WorkloadsAvailable: 'All replicas of server and worker run the desired template and are available.',
  DataSourceAvailable:
    'The AKTools of this object runs. It does not decide over Ready: what is stored is served without it.',
  CredentialsFresh:
    'The generated Secrets exist; rotation comes later and is not requested. Tells of keys that were lost and made anew.',
  CertificateReady: 'The certificate of the exposed host is ready.',
  Exposed: 'The exposed host is routed.',
  MonitoringReady:
    'Alert rules, scraping and dashboards stand in objects of the cluster, for a Prometheus that selects them, and every channel of notifications has what it needs. Whether one reads them only that Prometheus can tell. It does not decide over Ready.',
  BackupFresh: 'The newest backup is young enough.',
  BackupVerified: 'The newest backup was restored on trial.',
  PendingRollout: 'True when a newer operator would restart pods and waits to be told so.',
  Suspended: 'True while the workloads are scaled to zero on request.',
  Warnings:
    'True where the spec is legal and risky; the reason is the first warning, the message has them all.',
} as const satisfies Record<string, string>;

export type ConditionType = keyof typeof CONDITIONS;

export function isConditionType(text: string): text is ConditionType {
  return Object.hasOwn(CONDITIONS, text);
}

export const CONDITION_TYPES: readonly ConditionType[] = Object.keys(CONDITIONS).filter(isConditionType);
