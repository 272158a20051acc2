/** Shapes of live objects, as far as policies read them. Everything may be absent: they come from the API server. */
import type { Reason } from '../naming/index.ts';

export interface LiveMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly {
    readonly uid: string;
    readonly kind: string;
    readonly name: string;
    readonly controller?: boolean;
  }[];
}

export interface LiveObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: LiveMetadata;
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface LiveCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: {
    readonly reason?: string;
    readonly message?: string;
    readonly exitCode?: number;
    readonly finishedAt?: string;
  };
  readonly running?: { readonly startedAt?: string };
}

export interface LiveContainerStatus {
  readonly name: string;
  readonly image?: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

/** A volume of a pod, as far as it names another object. */
export interface LiveVolume {
  readonly name: string;
  readonly secret?: { readonly secretName?: string };
  readonly configMap?: { readonly name?: string };
  readonly projected?: {
    readonly sources?: readonly {
      readonly secret?: { readonly name?: string };
      readonly configMap?: { readonly name?: string };
    }[];
  };
}

interface LiveContainer {
  readonly name: string;
  readonly image?: string;
}

/** A pod template, as far as it names other objects and images. */
export interface LiveTemplate {
  readonly spec?: {
    readonly serviceAccountName?: string;
    readonly containers?: readonly LiveContainer[];
    readonly initContainers?: readonly LiveContainer[];
    readonly volumes?: readonly LiveVolume[];
  };
}

export interface LivePod extends LiveObject {
  readonly spec?: {
    readonly volumes?: readonly LiveVolume[];
    readonly containers?: readonly LiveContainer[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly LiveCondition[];
    readonly containerStatuses?: readonly LiveContainerStatus[];
    readonly initContainerStatuses?: readonly LiveContainerStatus[];
  };
}

export interface LiveDeployment extends LiveObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: LiveTemplate;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly LiveCondition[];
  };
}

export interface LiveStatefulSet extends LiveObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: LiveTemplate;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
  };
}

export interface LiveJob extends LiveObject {
  readonly status?: {
    readonly active?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly conditions?: readonly LiveCondition[];
  };
}

export interface LiveClaim extends LiveObject {
  readonly spec?: {
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly resources?: { readonly requests?: { readonly storage?: string } };
  };
  readonly status?: {
    readonly phase?: string;
    readonly capacity?: { readonly storage?: string };
    readonly conditions?: readonly LiveCondition[];
  };
}

export interface LiveSecret extends LiveObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

export interface LiveEvent extends LiveObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
}

/** A finding that a condition can carry. */
export interface Finding {
  readonly reason: Reason;
  readonly message: string;
  /** True where nothing but a change of the spec, or of what the message names, helps. */
  readonly stalled?: boolean;
}

export function conditionOf(
  conditions: readonly LiveCondition[] | undefined,
  type: string,
): LiveCondition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** A text of foreign origin, cut so that a message stays within its bound. */
export function excerpt(text: string | undefined, limit = 400): string {
  const line = (text ?? '').replaceAll(/\s+/g, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}
