/**
 * The gates that the manifests of this project must have passed. Whatever else the scanners find counts too; these must
 * have been there to find something, in the versions that are pinned.
 */
const numbered = (prefix: string, numbers: readonly number[], digits = 0): readonly string[] =>
  numbers.map((number) => `${prefix}${String(number).padStart(digits, '0')}`);

const between = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** All of kube-score's own choice, and two optional ones. */
const KUBE_SCORE = [
  ...['container-image-pull-policy', 'container-image-tag', 'container-ports-check', 'container-resources'],
  ...['container-ephemeral-storage-request-and-limit', 'container-seccomp-profile'],
  ...['container-security-context-privileged', 'container-security-context-readonlyrootfilesystem'],
  ...['container-security-context-user-group-id', 'cronjob-has-deadline', 'cronjob-restartpolicy'],
  ...['deployment-has-host-podantiaffinity', 'deployment-has-poddisruptionbudget', 'deployment-replicas'],
  ...['deployment-pod-selector-labels-match-template-metadata-labels', 'deployment-strategy'],
  ...['deployment-targeted-by-hpa-does-not-have-replicas-configured', 'environment-variable-key-duplication'],
  ...['horizontalpodautoscaler-has-target', 'horizontalpodautoscaler-replicas', 'ingress-targets-service'],
  ...['label-values', 'networkpolicy-targets-pod', 'pod-networkpolicy', 'pod-probes', 'pod-probes-identical'],
  ...['pod-topology-spread-constraints', 'poddisruptionbudget-has-policy', 'service-targets-pod'],
  ...['service-type', 'stable-version', 'statefulset-has-host-podantiaffinity'],
  ...['statefulset-has-poddisruptionbudget', 'statefulset-has-servicename'],
  'statefulset-pod-selector-labels-match-template-metadata-labels',
];

/** Without those for PodSecurityPolicy, a kind that Kubernetes has no more. */
const CHECKOV = [
  ...numbered('CKV_K8S_', [...between(8, 23), ...between(25, 31), 35, 37, 38, ...between(40, 43), 49]),
  ...numbered('CKV_K8S_', between(152, 158)),
  ...numbered('CKV2_K8S_', between(1, 6)),
];

const POD_SECURITY_RESTRICTED = [1, 2, 8, 12, 17, ...between(22, 28), 30, ...between(103, 106)];
const PODS = [3, 11, 14, 15, 16, 18, 20, 21, 36, 38, 109, 110, 117, 118];
const RIGHTS = [41, ...between(44, 46), ...between(48, 54), 56, ...between(111, 114)];
const TRIVY = [
  ...numbered('KSV-', [...POD_SECURITY_RESTRICTED, ...PODS, ...RIGHTS], 4),
  ...['KSV-01010', 'KCV-0093'],
];

export const GATES: readonly string[] = [
  ...KUBE_SCORE.map((id) => `kube-score/${id}`),
  ...CHECKOV.map((id) => `checkov/${id}`),
  ...TRIVY.map((id) => `trivy/${id}`),
];
