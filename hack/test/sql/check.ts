import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { Sources } from './declarations.ts';
import { Evaluator, type Value } from './values.ts';

/** A text that cannot be constant, and why that is no injection. `within` is the function that sends it. */
export interface Allowed {
  readonly file: string;
  readonly within: string;
  readonly text: string;
  readonly reason: string;
}

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly within: string;
  /** What is sent. */
  readonly text: string;
  readonly why: string;
}

/** Methods whose first argument is SQL. */
const SINKS = new Set(['query', 'copyIn', 'copyFrom', 'executeSql', 'unsafe']);
/** Ways to write SQL that this check cannot read. */
const FOREIGN = new Set(['createQueryBuilder']);
const INDIRECT = new Set(['call', 'apply', 'bind']);

/** The name by which something is called: of a method, also as `sql['query']`, or of a function. */
function calledName(node: ts.Expression): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression))
    return node.argumentExpression.text;
  return undefined;
}

function functionAround(node: ts.Node): string {
  for (let one: ts.Node | undefined = node.parent; one !== undefined; one = one.parent) {
    if ((ts.isFunctionDeclaration(one) || ts.isMethodDeclaration(one)) && one.name !== undefined)
      return one.name.getText();
    if (ts.isVariableDeclaration(one) && one.initializer && ts.isFunctionLike(one.initializer))
      return one.name.getText();
    if (ts.isPropertyAssignment(one) && ts.isFunctionLike(one.initializer)) return one.name.getText();
  }
  return '';
}

/** A statement object of node-postgres has its text in a field; one that is made by another sink is judged there. */
function judge(argument: ts.Expression, evaluator: Evaluator): Value {
  if (ts.isCallExpression(argument) && SINKS.has(calledName(argument.expression) ?? ''))
    return { kind: 'text' };
  const value = evaluator.valueOf(argument);
  return value.kind === 'record' ? (value.fields.get('text') ?? { kind: 'unknown', at: argument }) : value;
}

function violationOf(
  call: ts.CallExpression,
  evaluator: Evaluator,
): { text: string; why: string } | undefined {
  const name = calledName(call.expression);
  if (name === undefined) return undefined;
  if (FOREIGN.has(name)) return { text: name, why: 'write the SQL out, with $1 for what varies' };
  const of = ts.isPropertyAccessExpression(call.expression)
    ? calledName(call.expression.expression)
    : undefined;
  if (INDIRECT.has(name) && of !== undefined && SINKS.has(of))
    return { text: `${of}.${name}`, why: 'call it as a method, so that its text can be read here' };
  const [argument] = call.arguments;
  if (!SINKS.has(name) || argument === undefined) return undefined;
  const value = judge(argument, evaluator);
  if (value.kind === 'text') return undefined;
  const culprit = value.kind === 'unknown' ? value.at.getText() : argument.getText();
  return {
    text: argument.getText(),
    why: `${culprit.replaceAll(/\s+/g, ' ').slice(0, 80)} is not constant: hand it over as a parameter ($1)`,
  };
}

function violationsOf(file: ts.SourceFile, name: string, evaluator: Evaluator): Violation[] {
  const found: Violation[] = [];
  const visit = (node: ts.Node): void => {
    const violation = ts.isCallExpression(node) ? violationOf(node, evaluator) : undefined;
    if (violation !== undefined) {
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push({ file: name, line, within: functionAround(node), ...violation });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

export interface Outcome {
  readonly files: number;
  readonly violations: readonly Violation[];
  /** Exceptions that no text needs any more. */
  readonly unused: readonly Allowed[];
}

/** Every SQL text of these folders, tests left out, is constant or stands in `allowed`. */
export function checkSqlTexts(
  root: string,
  folders: readonly string[],
  allowed: readonly Allowed[],
): Outcome {
  const sources = new Sources();
  const evaluator = new Evaluator(sources);
  const paths = folders
    .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }))
    .filter((path) => !path.endsWith('.test.ts') && !path.includes('/testing/'))
    .map((path) => join(root, path));
  const all = paths.flatMap((path) => {
    const file = sources.file(path);
    return file === undefined ? [] : violationsOf(file, relative(root, path), evaluator);
  });
  const covers = (one: Allowed, violation: Violation): boolean =>
    one.file === violation.file && one.within === violation.within && one.text === violation.text;
  return {
    files: paths.length,
    violations: all.filter((violation) => !allowed.some((one) => covers(one, violation))),
    unused: allowed.filter((one) => !all.some((violation) => covers(one, violation))),
  };
}
