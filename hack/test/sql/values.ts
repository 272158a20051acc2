import ts from 'typescript';
import { declarationOf, mayChange, type Sources } from './declarations.ts';

/**
 * What is known of an expression without running it: text that stands in the source, lists and records of such, a function,
 * or nothing. `at` is what made it unknown.
 */
export type Value =
  | { readonly kind: 'text' }
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, Value> }
  | { readonly kind: 'function'; readonly node: Callable }
  | { readonly kind: 'unknown'; readonly at: ts.Node };

type Callable = ts.FunctionDeclaration | ts.ArrowFunction | ts.FunctionExpression | ts.MethodDeclaration;
type Bindings = ReadonlyMap<ts.Node, Value>;

const TEXT: Value = { kind: 'text' };
/** Deeper than any composition that a person can follow; it also ends a recursion. */
const DEEPEST = 40;

const unknown = (at: ts.Node): Value => ({ kind: 'unknown', at });

/** One of these, nobody knows which. */
function oneOf(values: readonly Value[], at: ts.Node): Value {
  const [first] = values;
  if (first === undefined) return unknown(at);
  const stranger = values.find(({ kind }) => kind === 'unknown');
  if (stranger !== undefined) return stranger;
  if (values.every(({ kind }) => kind === 'text')) return TEXT;
  if (values.every((value) => value.kind === 'list')) {
    const length = values[0]?.items.length;
    // Place by place, so that `const [text, time] = daily ? [DAILY, date] : [MINUTES, at]` keeps them apart.
    if (values.some(({ items }) => items.length !== length)) return unknown(at);
    const items = first.kind === 'list' ? first.items : [];
    return {
      kind: 'list',
      items: items.map((_, index) =>
        oneOf(
          values.flatMap((value) => value.items[index] ?? []),
          at,
        ),
      ),
    };
  }
  if (!values.every((value) => value.kind === 'record')) return unknown(at);
  const names = new Set(values.flatMap((value) => [...value.fields.keys()]));
  const fields = [...names].map((name) => {
    const present = values.flatMap((value) => value.fields.get(name) ?? []);
    return [name, oneOf(present, at)] as const;
  });
  return { kind: 'record', fields: new Map(fields) };
}

/** All of these, one after the other: text if each is. */
function joined(values: readonly Value[], at: ts.Node): Value {
  return (
    values.find(({ kind }) => kind === 'unknown') ??
    (values.every(({ kind }) => kind === 'text') ? TEXT : unknown(at))
  );
}

const calledMethod = ({ expression }: ts.CallExpression): string | undefined =>
  ts.isPropertyAccessExpression(expression) ? expression.name.text : undefined;

/** `this.#name(…)`: no other class can put something else in its place. */
function ownMethod({ expression, name }: ts.PropertyAccessExpression): ts.MethodDeclaration | undefined {
  if (expression.kind !== ts.SyntaxKind.ThisKeyword || !ts.isPrivateIdentifier(name)) return undefined;
  for (let one: ts.Node = expression; !ts.isSourceFile(one); one = one.parent) {
    if (!ts.isClassLike(one)) continue;
    return one.members.filter(ts.isMethodDeclaration).find((member) => member.name.getText() === name.text);
  }
  return undefined;
}

export class Evaluator {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  valueOf(node: ts.Expression, bindings: Bindings = new Map(), depth = 0): Value {
    if (depth > DEEPEST) return unknown(node);
    const value = (one: ts.Expression): Value => this.valueOf(one, bindings, depth + 1);
    if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return TEXT;
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isAsExpression(node) ||
      ts.isSatisfiesExpression(node) ||
      ts.isNonNullExpression(node)
    )
      return value(node.expression);
    if (ts.isTemplateExpression(node))
      return joined(
        node.templateSpans.map((span) => value(span.expression)),
        node,
      );
    if (ts.isPrefixUnaryExpression(node)) return value(node.operand);
    if (ts.isConditionalExpression(node)) return oneOf([value(node.whenTrue), value(node.whenFalse)], node);
    if (ts.isBinaryExpression(node)) return this.#binary(node, value);
    if (ts.isArrayLiteralExpression(node)) return this.#list(node, value);
    if (ts.isObjectLiteralExpression(node)) return this.#record(node, value);
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return { kind: 'function', node };
    if (ts.isPropertyAccessExpression(node)) return this.#field(value(node.expression), node.name.text, node);
    if (ts.isElementAccessExpression(node)) return this.#element(value(node.expression), node);
    if (ts.isIdentifier(node)) return this.#named(node, bindings, depth);
    if (ts.isCallExpression(node)) return this.#call(node, bindings, depth);
    return unknown(node);
  }

  #binary(node: ts.BinaryExpression, value: (one: ts.Expression) => Value): Value {
    const both = [value(node.left), value(node.right)];
    const { kind } = node.operatorToken;
    if (kind === ts.SyntaxKind.PlusToken || kind === ts.SyntaxKind.AsteriskToken) return joined(both, node);
    if (kind === ts.SyntaxKind.QuestionQuestionToken || kind === ts.SyntaxKind.BarBarToken)
      return oneOf(both, node);
    return unknown(node);
  }

  #list(node: ts.ArrayLiteralExpression, value: (one: ts.Expression) => Value): Value {
    const items = node.elements.flatMap((element): readonly Value[] => {
      if (!ts.isSpreadElement(element)) return [value(element)];
      const spread = value(element.expression);
      return spread.kind === 'list' ? spread.items : [unknown(element)];
    });
    return { kind: 'list', items };
  }

  #record(node: ts.ObjectLiteralExpression, value: (one: ts.Expression) => Value): Value {
    const fields = new Map<string, Value>();
    for (const property of node.properties) {
      if (ts.isPropertyAssignment(property) && !ts.isComputedPropertyName(property.name))
        fields.set(property.name.text, value(property.initializer));
      else if (ts.isShorthandPropertyAssignment(property))
        fields.set(property.name.text, value(property.name));
      else return unknown(property);
    }
    return { kind: 'record', fields };
  }

  #field(of: Value, name: string, at: ts.Node): Value {
    if (of.kind === 'unknown') return of;
    return (of.kind === 'record' ? of.fields.get(name) : undefined) ?? unknown(at);
  }

  #element(of: Value, node: ts.ElementAccessExpression): Value {
    if (of.kind === 'unknown') return of;
    if (of.kind === 'record' && ts.isStringLiteralLike(node.argumentExpression))
      return this.#field(of, node.argumentExpression.text, node);
    if (of.kind === 'record') return oneOf([...of.fields.values()], node);
    return of.kind === 'list' ? oneOf(of.items, node) : unknown(node);
  }

  #named(node: ts.Identifier, bindings: Bindings, depth: number): Value {
    const declared = declarationOf(node, this.#sources);
    if (declared === undefined) return unknown(node);
    const bound = bindings.get(declared);
    if (bound !== undefined) return bound;
    if (ts.isFunctionDeclaration(declared)) return { kind: 'function', node: declared };
    if (ts.isVariableDeclaration(declared)) return this.#variable(declared, node, bindings, depth);
    if (ts.isBindingElement(declared)) return this.#unpacked(declared, node, bindings, depth);
    return unknown(node);
  }

  /** The value that a declaration gives to its whole pattern; a variable that can be set again has none. */
  #variable(declared: ts.VariableDeclaration, at: ts.Node, bindings: Bindings, depth: number): Value {
    const list = declared.parent;
    if (!ts.isVariableDeclarationList(list) || (list.flags & ts.NodeFlags.Const) === 0) return unknown(at);
    const isOfLoop = ts.isForOfStatement(list.parent);
    const initializer = isOfLoop ? list.parent.expression : declared.initializer;
    if (initializer === undefined) return unknown(at);
    const value = this.valueOf(initializer, bindings, depth + 1);
    if (value.kind === 'text' || value.kind === 'unknown') return value;
    if (isOfLoop) return value.kind === 'list' ? oneOf(value.items, at) : unknown(at);
    return mayChange(declared) ? unknown(at) : value;
  }

  #unpacked(declared: ts.BindingElement, at: ts.Node, bindings: Bindings, depth: number): Value {
    const pattern = declared.parent;
    const holder = pattern.parent;
    if (declared.dotDotDotToken !== undefined || declared.initializer !== undefined) return unknown(at);
    const whole = ts.isVariableDeclaration(holder)
      ? this.#variable(holder, at, bindings, depth)
      : ts.isParameter(holder)
        ? (bindings.get(holder) ?? unknown(at))
        : this.#unpacked(holder, at, bindings, depth);
    if (ts.isArrayBindingPattern(pattern)) {
      const before = pattern.elements.slice(0, pattern.elements.indexOf(declared));
      const isPlaced = before.every((one) => ts.isOmittedExpression(one) || one.dotDotDotToken === undefined);
      return (isPlaced && whole.kind === 'list' ? whole.items[before.length] : undefined) ?? unknown(at);
    }
    const name = declared.propertyName ?? declared.name;
    return ts.isIdentifier(name) ? this.#field(whole, name.text, at) : unknown(at);
  }

  #call(node: ts.CallExpression, bindings: Bindings, depth: number): Value {
    const values = node.arguments.map((argument) => this.valueOf(argument, bindings, depth + 1));
    if (ts.isPropertyAccessExpression(node.expression)) {
      const own = ownMethod(node.expression);
      if (own !== undefined) return this.#returned(own, values, depth);
      return this.#ofList(this.valueOf(node.expression.expression, bindings, depth + 1), node, values, depth);
    }
    const called = this.valueOf(node.expression, bindings, depth + 1);
    return called.kind === 'function' ? this.#returned(called.node, values, depth) : unknown(node);
  }

  #ofList(of: Value, node: ts.CallExpression, values: readonly Value[], depth: number): Value {
    if (of.kind !== 'list') return of.kind === 'unknown' ? of : unknown(node);
    const method = calledMethod(node);
    const [first] = values;
    if (method === 'join') return joined([...of.items, ...values], node);
    if (first?.kind !== 'function' || (method !== 'map' && method !== 'flatMap')) return unknown(node);
    const items = of.items.map((item) => this.#returned(first.node, [item, TEXT], depth));
    const flat = items.flatMap((item) => (item.kind === 'list' ? item.items : [item]));
    return { kind: 'list', items: method === 'map' ? items : flat };
  }

  /** What a function of one expression gives for these arguments. */
  #returned(callable: Callable, values: readonly Value[], depth: number): Value {
    const { body } = callable;
    if (body === undefined) return unknown(callable);
    const [only] = ts.isBlock(body) ? body.statements : [];
    const expression = ts.isBlock(body)
      ? body.statements.length === 1 && only !== undefined && ts.isReturnStatement(only)
        ? only.expression
        : undefined
      : body;
    if (expression === undefined) return unknown(callable);
    const bindings = new Map<ts.Node, Value>();
    for (const [index, parameter] of callable.parameters.entries()) {
      const value = values[index];
      if (value !== undefined) bindings.set(parameter, value);
    }
    return this.valueOf(expression, bindings, depth + 1);
  }
}
