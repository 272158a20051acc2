import { keyOf, type Informer } from '../../kube/index.ts';
import type { Origin } from './entry.ts';
import type { ContainerFacts } from './container-log.ts';
import { viewOf, type ContainerView, type Pod } from './pods.ts';

/** What is known of the pods: a list that was read once, or one that a watch keeps up to date. */
export class PodBoard {
  readonly #pods = new Map<string, Pod>();
  #changed = Promise.withResolvers<void>();

  set(pod: Pod): void {
    this.#pods.set(keyOf(pod.metadata), pod);
    this.#wake();
  }

  delete(pod: Pod): void {
    this.#pods.delete(keyOf(pod.metadata));
    this.#wake();
  }

  /** Every pod of the watch, and `onPod` for each that was not there before. */
  follow(informer: Informer<Pod>, onPod: (pod: Pod) => void): void {
    informer.addHandler({
      onAdd: (pod) => {
        this.set(pod);
        onPod(pod);
      },
      // Its containers may only now be known.
      onUpdate: (_, pod) => {
        this.set(pod);
        onPod(pod);
      },
      onDelete: (pod) => this.delete(pod),
    });
  }

  podOf({ namespace, pod }: Origin): Pod | undefined {
    return this.#pods.get(keyOf({ namespace, name: pod }));
  }

  factsOf(origin: Origin): ContainerFacts {
    return {
      view: (): ContainerView | undefined => {
        const pod = this.podOf(origin);
        return pod && viewOf(pod, origin.container);
      },
      changed: (signal) => this.#next(signal),
    };
  }

  async #next(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<void>();
    const end = (): void => aborted.resolve();
    signal.addEventListener('abort', end, { once: true });
    if (!signal.aborted) await Promise.race([this.#changed.promise, aborted.promise]);
    signal.removeEventListener('abort', end);
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
