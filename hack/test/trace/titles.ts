import ts from 'typescript';

/** What stands in a title for a value that only the run knows. */
export const ANYTHING = '*';

const CALLS = new Set(['describe', 'it', 'test']);

/** `it`, also of `it.each(…)`, `it.runIf(…)` and `it.skip`. */
function calledName(expression: ts.Expression): string | undefined {
  if (ts.isIdentifier(expression)) return expression.text;
  if (ts.isPropertyAccessExpression(expression) || ts.isCallExpression(expression))
    return calledName(expression.expression);
  return ts.isTaggedTemplateExpression(expression) ? calledName(expression.tag) : undefined;
}

function titleOf(argument: ts.Expression | undefined): string | undefined {
  if (argument === undefined) return undefined;
  if (ts.isStringLiteralLike(argument)) return argument.text;
  if (!ts.isTemplateExpression(argument)) return undefined;
  return argument.head.text + argument.templateSpans.map((span) => ANYTHING + span.literal.text).join('');
}

/** The titles of all tests and groups of a source file, as they stand there; `${…}` is `*`. */
export function titlesOf(source: string): Set<string> {
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && CALLS.has(calledName(node.expression) ?? '')) {
      const title = titleOf(node.arguments[0]);
      if (title !== undefined) titles.add(title);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('tests.tsx', source, ts.ScriptTarget.Latest, false, ts.ScriptKind.TSX));
  return titles;
}

/** Places of `it.each`: printf's, those by index and by name, and ours for `${…}`. */
const PLACE = /%[sdifjoOc#%$]|\$[\w.]+|\*/g;

/** Tells whether a test that ran has this title of the source. */
export function titlePattern(title: string): RegExp {
  const literal = title.split(PLACE).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${literal.join('.*')}$`, 's');
}
