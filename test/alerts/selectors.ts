/** A metric that an expression reads, with the labels that it is selected by. */
export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** Words of PromQL that stand without a parenthesis behind them. */
const WORDS = new Set(
  'sum max min avg count topk bottomk by without on ignoring group_left group_right offset and or unless bool scalar vector Inf NaN'.split(
    ' ',
  ),
);

/** Every selector of an expression. Throws at a metric without braces: what `series()` writes has them. */
export function selectorsOf(expr: string): readonly Selector[] {
  const selectors: Selector[] = [];
  const texts = expr.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const rest = texts.replaceAll(
    /([a-zA-Z_:][\w:]*)\{([^}]*)\}/g,
    (_all, metric: string, matchers: string) => {
      const labels = [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label);
      selectors.push({ metric, labels });
      return ' ';
    },
  );
  const bare = rest
    .replaceAll(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/\boffset\s+\w+/g, ' ')
    .matchAll(/\b([a-zA-Z_:][\w:]*)\b(?!\s*\()/g);
  for (const [, word = ''] of bare)
    if (!WORDS.has(word)) throw new Error(`${word} stands without braces in ${expr}`);
  return selectors;
}
