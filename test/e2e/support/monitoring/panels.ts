import { dashboardModel, panelQueries, type PanelQuery } from '../../../support/panel-queries.ts';
import type { PrometheusStack } from './prometheus-stack.ts';

const nameOf = ({ dashboard, panel, expr }: PanelQuery): string => `${dashboard} | ${panel} | ${expr}`;

/** Queries of dashboards, and which of them have been answered with a number. */
export class Panels {
  readonly #all = new Map<string, PanelQuery>();
  readonly #pending = new Set<string>();

  /** @param files members of a ConfigMap of dashboards; @param values of variables that have none at first */
  add(files: Readonly<Record<string, string>>, values: Readonly<Record<string, string>> = {}): void {
    for (const [fileName, text] of Object.entries(files)) {
      const json = dashboardModel.parse(JSON.parse(text));
      for (const query of panelQueries({ ...json, fileName, json }, values)) {
        const name = nameOf(query);
        if (!this.#all.has(name)) this.#pending.add(name);
        this.#all.set(name, query);
      }
    }
  }

  get size(): number {
    return this.#all.size;
  }

  /** `dashboard | panel | query` of each that never had data. */
  get pending(): readonly string[] {
    return [...this.#pending];
  }

  /** Asks those that have had no data yet. A result that is no number (NaN of 0 / 0) is no data. */
  async look(prometheus: PrometheusStack): Promise<void> {
    for (const name of this.#pending) {
      const samples = await prometheus.query(this.#all.get(name)?.expr ?? '');
      if (samples.some(({ value }) => !Number.isNaN(value))) this.#pending.delete(name);
    }
  }
}
