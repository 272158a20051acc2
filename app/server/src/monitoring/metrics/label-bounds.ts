/** What a label may say: one of a list, or whatever comes first until there are so many different ones. */
export type LabelBound = readonly string[] | { readonly max: number };

export type LabelBounds = Readonly<Record<string, LabelBound>>;

/** One value for each label; where the bound is a literal list, one of it. */
export type LabelValues<Bounds extends LabelBounds> = {
  readonly [Label in keyof Bounds]: Bounds[Label] extends readonly (infer Value extends string)[]
    ? Value
    : string;
};

type Labels = Readonly<Record<string, string>>;

/** Where everything goes that is out of bounds. */
export const OTHER = 'other';

/** How many series the process may still make; shared by all families. */
export class SeriesBudget {
  readonly #most: number;
  #left: number;

  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  get used(): number {
    return this.#most - this.#left;
  }

  /** For what exists in any case, even beyond the limit. */
  reserve(series: number): void {
    this.#left -= series;
  }

  take(series: number): boolean {
    if (series > this.#left) return false;
    this.#left -= series;
    return true;
  }

  giveBack(series: number): void {
    this.#left += series;
  }
}

export interface FamilyLimits {
  /** Most sets of label values, without the one that says `other` everywhere. */
  readonly sets: number;
  /** What one set costs: 1, or for a histogram its buckets and three. */
  readonly seriesPerSet: number;
}

/**
 * Keeps the series of one family few, whatever it is told: each label within its bound, the combinations within the
 * family's limit, and all families within the budget of the process.
 */
export class SeriesBounds {
  readonly #seen = new Map<string, Set<string>>();
  readonly #sets = new Set<string>();
  readonly #allOther: Labels;
  readonly #bounds: LabelBounds;
  readonly #limits: FamilyLimits;
  readonly #budget: SeriesBudget;

  constructor(bounds: LabelBounds, limits: FamilyLimits, budget: SeriesBudget) {
    this.#bounds = bounds;
    this.#limits = limits;
    this.#budget = budget;
    this.#allOther = Object.fromEntries(Object.keys(bounds).map((label) => [label, OTHER]));
    // The last resort must be there when nothing else is left.
    budget.reserve(limits.seriesPerSet);
  }

  /** The labels to use instead of these, and whether something of them was lost. */
  admit(labels: Labels): { readonly labels: Labels; readonly dropped: boolean } {
    if (Object.keys(this.#bounds).length === 0) return { labels: {}, dropped: false };
    const bounded: Record<string, string> = {};
    let dropped = false;
    for (const [label, bound] of Object.entries(this.#bounds)) {
      const value = labels[label] ?? '';
      const fits = this.#fits(label, bound, value);
      bounded[label] = fits ? value : OTHER;
      dropped ||= !fits;
    }
    return this.#hasRoom(bounded) ? { labels: bounded, dropped } : { labels: this.#allOther, dropped: true };
  }

  /** For families whose series are all made anew at each scrape. */
  forget(): void {
    this.#budget.giveBack(this.#sets.size * this.#limits.seriesPerSet);
    this.#sets.clear();
    this.#seen.clear();
  }

  #fits(label: string, bound: LabelBound, value: string): boolean {
    if (!('max' in bound)) return bound.includes(value) || value === OTHER;
    const seen = this.#seen.get(label) ?? new Set();
    this.#seen.set(label, seen);
    if (!seen.has(value) && seen.size < bound.max) seen.add(value);
    return seen.has(value) || value === OTHER;
  }

  #hasRoom(labels: Labels): boolean {
    const key = JSON.stringify(labels);
    if (this.#sets.has(key)) return true;
    if (Object.values(labels).every((value) => value === OTHER)) return true;
    if (this.#sets.size >= this.#limits.sets || !this.#budget.take(this.#limits.seriesPerSet)) return false;
    this.#sets.add(key);
    return true;
  }
}
