import { inject } from 'vitest';
import { Kubectl } from '../../../hack/deploy/kubectl.ts';
import type { StockAnalysisView } from '../../../hack/deploy/platform.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly kubeconfig: string;
    readonly kubectlProgram: string;
    readonly auditLog: string;
    /** Namespace of the chart and of the sample that every test reads and none changes. */
    readonly namespace: string;
    readonly sampleName: string;
    readonly readySeconds: number;
    readonly url: string;
  }
}

export const kubectl = (): Kubectl => new Kubectl(inject('kubectlProgram'), inject('kubeconfig'));

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface ReadyView {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
}

export async function conditionOf(name: string, type: string): Promise<ReadyView | undefined> {
  const object = await kubectl().get<StockAnalysisView>(['stockanalysis', name, '-n', inject('namespace')]);
  return object.status?.conditions?.find((one) => one.type === type) as ReadyView | undefined;
}

/**
 * Polls until the probe returns a value; the error names what was waited for and what was seen last.
 * @throws Error when the time is over.
 */
export async function until<T>(
  what: string,
  timeoutMs: number,
  probe: () => Promise<T | undefined>,
  seen: () => unknown = () => '',
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > deadline)
      throw new Error(`waited ${timeoutMs / 1000} s for ${what}; last seen: ${JSON.stringify(seen())}`);
    await sleep(500);
  }
}
