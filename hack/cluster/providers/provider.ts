/** Where the platform is put: a cluster that we make, one that kind makes, or one that is there already. */
export interface Provider {
  readonly name: string;
  up(): Promise<void>;
  down(options: { readonly force: boolean }): Promise<void>;
  isUp(): Promise<boolean>;
  kubeconfigPath(): string;
  /** JSON lines of every request at Metadata level. @throws Error where the provider keeps no such log */
  auditLogPath(): string;
  loadImages(archives: readonly string[]): Promise<void>;
}
