/** A pod that Pod Security `restricted` lets in: for questions to the API server whether something else refuses it. */
export const restrictedPod = (labels: Readonly<Record<string, string>> = {}): unknown => ({
  metadata: { name: 'probe', labels },
  spec: {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'probe',
        image: 'test.invalid/probe:1',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
});
