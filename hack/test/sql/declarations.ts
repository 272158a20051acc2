import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import ts from 'typescript';

export type Declaration =
  ts.VariableDeclaration | ts.BindingElement | ts.ParameterDeclaration | ts.FunctionDeclaration;

/** Parsed files, each once. */
export class Sources {
  readonly #files = new Map<string, ts.SourceFile | undefined>();

  /** Undefined where there is no such file. */
  file(path: string): ts.SourceFile | undefined {
    if (!this.#files.has(path)) {
      const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
      this.#files.set(
        path,
        text === undefined ? undefined : ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true),
      );
    }
    return this.#files.get(path);
  }

  /** What a relative import names; undefined for a package. */
  imported(from: ts.SourceFile, specifier: ts.Expression): ts.SourceFile | undefined {
    if (!ts.isStringLiteral(specifier) || !specifier.text.startsWith('.')) return undefined;
    return this.file(resolve(dirname(from.fileName), specifier.text));
  }
}

function ofPattern(name: ts.BindingName, wanted: string): ts.BindingElement | undefined {
  if (ts.isIdentifier(name)) return undefined;
  for (const element of name.elements) {
    if (ts.isOmittedExpression(element)) continue;
    if (ts.isIdentifier(element.name) && element.name.text === wanted) return element;
    const deeper = ofPattern(element.name, wanted);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

function matching<Named extends ts.VariableDeclaration | ts.ParameterDeclaration>(
  declared: readonly Named[],
  wanted: string,
): Named | ts.BindingElement | undefined {
  for (const one of declared) {
    if (ts.isIdentifier(one.name) && one.name.text === wanted) return one;
    const element = ofPattern(one.name, wanted);
    if (element !== undefined) return element;
  }
  return undefined;
}

function ofStatements(statements: readonly ts.Statement[], wanted: string): Declaration | undefined {
  for (const statement of statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name?.text === wanted) return statement;
    const found = ts.isVariableStatement(statement)
      ? matching(statement.declarationList.declarations, wanted)
      : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a scope itself declares. */
function declaredBy(scope: ts.Node, wanted: string): Declaration | undefined {
  if (ts.isBlock(scope) || ts.isSourceFile(scope) || ts.isCaseOrDefaultClause(scope))
    return ofStatements(scope.statements, wanted);
  if (ts.isForOfStatement(scope) || ts.isForStatement(scope) || ts.isForInStatement(scope)) {
    const { initializer } = scope;
    return initializer && ts.isVariableDeclarationList(initializer)
      ? matching(initializer.declarations, wanted)
      : undefined;
  }
  return ts.isFunctionLike(scope) ? matching(scope.parameters.filter(ts.isParameter), wanted) : undefined;
}

/** The declaration that another file exports under this name, through any number of `export … from`. */
function exportedBy(file: ts.SourceFile, name: string, sources: Sources): Declaration | undefined {
  const own = ofStatements(file.statements, name);
  if (own !== undefined) return own;
  for (const statement of file.statements) {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) continue;
    const source = sources.imported(file, statement.moduleSpecifier);
    const { exportClause } = statement;
    if (source === undefined) continue;
    if (exportClause === undefined) {
      const found = exportedBy(source, name, sources);
      if (found !== undefined) return found;
    } else if (ts.isNamedExports(exportClause)) {
      const element = exportClause.elements.find((one) => one.name.text === name);
      if (element !== undefined)
        return exportedBy(source, (element.propertyName ?? element.name).text, sources);
    }
  }
  return undefined;
}

function importedAs(file: ts.SourceFile, name: string, sources: Sources): Declaration | undefined {
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
    const element = bindings.elements.find((one) => one.name.text === name);
    const source = element && sources.imported(file, statement.moduleSpecifier);
    if (element !== undefined && source !== undefined)
      return exportedBy(source, (element.propertyName ?? element.name).text, sources);
  }
  return undefined;
}

/** Where a name comes from: the nearest scope that declares it, or the file that it is imported from. */
export function declarationOf(name: ts.Identifier, sources: Sources): Declaration | undefined {
  for (let scope: ts.Node = name.parent; ; scope = scope.parent) {
    const found = declaredBy(scope, name.text);
    if (found !== undefined) return found;
    if (ts.isSourceFile(scope)) return importedAs(scope, name.text, sources);
  }
}

const CHANGES = new Set([
  'push',
  'unshift',
  'splice',
  'fill',
  'copyWithin',
  'sort',
  'reverse',
  'pop',
  'shift',
  'assign',
]);

/** A use of a list or an object that may change it: a method that does, an assignment to a part, a call that gets it. */
function isChange(use: ts.Identifier): boolean {
  const { parent } = use;
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent))
    return parent.arguments?.includes(use) ?? false;
  const isPart =
    (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) &&
    parent.expression === use;
  if (!isPart) return false;
  const around = parent.parent;
  if (ts.isCallExpression(around) && around.expression === parent)
    return ts.isPropertyAccessExpression(parent) ? CHANGES.has(parent.name.text) : true;
  return (
    ts.isBinaryExpression(around) &&
    around.left === parent &&
    around.operatorToken.kind === ts.SyntaxKind.EqualsToken
  );
}

/** Whether what a constant holds may be changed in its file; a text cannot be. */
export function mayChange(declared: ts.VariableDeclaration): boolean {
  if (!ts.isIdentifier(declared.name)) return false;
  const { text } = declared.name;
  const visit = (node: ts.Node): boolean =>
    (ts.isIdentifier(node) && node.text === text && isChange(node)) ||
    (ts.forEachChild(node, visit) ?? false);
  return visit(declared.getSourceFile());
}
