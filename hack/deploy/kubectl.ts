import { captureBoth, type Output, type RunOptions } from '../lib/shell.ts';

/** A kubectl bound to one kubeconfig; every call is a process of its own, so no cache can hide what the server says. */
export class Kubectl {
  readonly #program: string;
  readonly #kubeconfig: string;

  constructor(program: string, kubeconfig: string) {
    this.#program = program;
    this.#kubeconfig = kubeconfig;
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<string> {
    return (await this.runBoth(args, options)).stdout;
  }

  /** Like {@link run}, with standard error, on which kubectl prints the warnings of the API server. */
  runBoth(args: readonly string[], options: RunOptions = {}): Promise<Output> {
    return captureBoth(this.#program, ['--kubeconfig', this.#kubeconfig, ...args], {
      ...options,
      endsWithUs: true,
    });
  }

  /** Server-side apply of manifests given as YAML or JSON text. */
  apply(manifests: string, args: readonly string[] = []): Promise<string> {
    return this.run(['apply', '--server-side', '-f', '-', ...args], { input: manifests });
  }

  async get<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.run(['get', '-o', 'json', ...args])) as T;
  }

  /** Like {@link get}, with `undefined` for an object that does not exist. */
  async find<T>(args: readonly string[]): Promise<T | undefined> {
    const text = await this.run(['get', '-o', 'json', '--ignore-not-found', ...args]);
    return text.trim() === '' ? undefined : (JSON.parse(text) as T);
  }
}
