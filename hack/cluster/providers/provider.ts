import type { Kubectl } from '../../deploy/kubectl.ts';
import type { BuiltImage } from '../../images/index.ts';

/** Where the platform is put: a cluster that we make, one that kind makes, or one that is there already. */
export interface Provider {
  readonly name: string;
  up(): Promise<void>;
  down(options: { readonly force: boolean }): Promise<void>;
  isUp(): Promise<boolean>;
  kubeconfigPath(): string;
  /** JSON lines of every request at Metadata level. @throws Error where the provider keeps no such log */
  auditLogPath(): string;
  /** Asked before anything is built or changed. @throws Error that says what {@link deliver} lacks */
  requireDelivery(): void;
  /** Puts images where the cluster's nodes find them, see {@link nameOf}. */
  deliver(images: readonly BuiltImage[]): Promise<void>;
  /** Under which name the nodes find an image that was built under `ref` and delivered. */
  nameOf(ref: string): string;
  /** The one port that a Service of type NodePort must have to be reached from here; undefined: any will do. */
  readonly fixedNodePort?: number;
  /** Where this machine reaches a Service of type NodePort. */
  nodePortUrl(kubectl: Kubectl, port: number): Promise<string>;
}
