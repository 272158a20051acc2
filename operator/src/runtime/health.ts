import type { Answer } from './http-server.ts';

/** Undefined: healthy. A text: what is wrong. */
export type HealthCheck = () => string | undefined;

/** Named checks behind one probe; one line for each, as controller-runtime prints them. */
export class HealthChecks {
  readonly #checks = new Map<string, HealthCheck>();

  add(name: string, check: HealthCheck): void {
    this.#checks.set(name, check);
  }

  answer(): Answer {
    let healthy = true;
    const lines = [...this.#checks].map(([name, check]) => {
      const problem = this.#run(check);
      healthy &&= problem === undefined;
      return problem === undefined ? `[+] ${name}` : `[-] ${name}: ${problem}`;
    });
    const body = [...lines, healthy ? 'ok' : 'failed', ''].join('\n');
    return { status: healthy ? 200 : 503, contentType: 'text/plain; charset=utf-8', body };
  }

  #run(check: HealthCheck): string | undefined {
    try {
      return check();
    } catch (error) {
      return `the check itself failed: ${String(error)}`;
    }
  }
}
