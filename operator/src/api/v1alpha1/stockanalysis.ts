import type { API_VERSION, KIND } from '../../naming/index.ts';
import { MAX_NAME_LENGTH } from '../../naming/index.ts';
import type { ValidationRule } from './common.ts';
import { specSchema, type StockAnalysisSpec } from './spec.ts';
import type { StockAnalysisStatus } from './status.ts';

/** A StockAnalysis as it comes from the API server: spec is not parsed yet. */
export interface StockAnalysis {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: typeof KIND;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly generation: number;
    readonly resourceVersion: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly status?: StockAnalysisStatus;
}

/** Rules on the object itself. A Service carries its name, hence the stricter alphabet. */
export const OBJECT_RULES: readonly ValidationRule[] = [
  {
    rule: `self.metadata.name.size() <= ${MAX_NAME_LENGTH}`,
    message: `metadata.name must be at most ${MAX_NAME_LENGTH} characters long: names of children are derived from it`,
  },
  {
    rule: "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message:
      'metadata.name must start with a letter and hold only lower-case letters, digits and hyphens: a Service carries it',
  },
];

type SpecResult =
  { readonly ok: true; readonly spec: StockAnalysisSpec } | { readonly ok: false; readonly message: string };

/** Validates and fills in defaults once more, for the case that the installed CRD is another one than ours. */
export function parseSpec(raw: unknown): SpecResult {
  const result = specSchema.safeParse(raw ?? {});
  if (result.success) return { ok: true, spec: result.data };
  const issues = result.error.issues
    .slice(0, 8)
    .map((issue) => `spec.${issue.path.join('.')}: ${issue.message}`);
  return { ok: false, message: issues.join('; ') };
}
