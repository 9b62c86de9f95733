import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** What a program can see of how sources are cut: how long things are, and what the entry points of a package export. */

/** Reads a file's syntax; no types, which would take seconds. */
export const parseFile = (path: string): ts.SourceFile =>
  ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);

const lineOf = (source: ts.SourceFile, position: number): number =>
  source.getLineAndCharacterOfPosition(position).line;

const decides = (node: ts.Node): boolean =>
  ts.isFunctionLike(node) || ts.forEachChild(node, (it) => decides(it) || undefined) === true;

/**
 * Lines that only hold data: a literal that goes over several lines counts as its first, unless a function is in it.
 * What a test sends and expects is a table, as long as what it describes.
 */
function dataLines(source: ts.SourceFile, node: ts.Node): number {
  const isLiteral =
    ts.isObjectLiteralExpression(node) ||
    ts.isArrayLiteralExpression(node) ||
    ts.isTemplateLiteral(node);
  if (isLiteral && !decides(node)) {
    return lineOf(source, node.end) - lineOf(source, node.getStart(source));
  }
  let lines = 0;
  ts.forEachChild(node, (it) => {
    lines += dataLines(source, it);
  });
  return lines;
}

/** Lines of a file, its data left out. */
export const linesOfFile = (source: ts.SourceFile): number =>
  lineOf(source, source.end) - dataLines(source, source);

export interface Measured {
  /** File, line and name, as a person looks for them. */
  readonly where: string;
  readonly lines: number;
}

const isDescribe = ({ parent }: ts.Node): boolean =>
  ts.isCallExpression(parent) && /^describe\b/.test(parent.expression.getText());

/** Every function of a file, with what is inside it but its data; bodies of `describe` are rooms, not functions. */
export function functionsOf(source: ts.SourceFile): readonly Measured[] {
  const found: Measured[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && !isDescribe(node)) {
      const first = lineOf(source, node.getStart(source));
      const lines = lineOf(source, node.end) - first + 1 - dataLines(source, node);
      found.push({ where: `${source.fileName}:${first + 1}`, lines });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const hasExport = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) &&
  ts.getModifiers(node)?.some((it) => it.kind === ts.SyntaxKind.ExportKeyword) === true;

const namesOf = (node: ts.Statement): readonly string[] => {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map((it) => it.name.getText());
  }
  const isNamed =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node);
  return isNamed && node.name ? [node.name.text] : [];
};

/**
 * Follows the exports of a package's entry points to where each is declared.
 *
 * @returns `file: name` of each that has no docstring; of an overloaded function one is enough
 */
export function undocumentedExports(folder: string, entries: readonly string[]): Set<string> {
  const sources = new Map<string, ts.SourceFile>();
  const sourceOf = (path: string): ts.SourceFile => {
    const source = sources.get(path) ?? parseFile(path);
    sources.set(path, source);
    return source;
  };
  /** The file an import names; undefined for another package, which answers for itself. */
  const fileOf = (from: string, { text }: ts.StringLiteral): string | undefined =>
    text.startsWith(".")
      ? join(dirname(from), text).replace(/\.js$/, ".ts")
      : text.startsWith("#")
        ? join(folder, "src", text.slice(1)).replace(/\.js$/, ".ts")
        : undefined;
  const undocumented = new Set<string>();

  const check = (path: string, name: string): void => {
    const source = sourceOf(path);
    const declared = source.statements.filter((it) => namesOf(it).includes(name));
    const isDocumented = declared.some((it) => ts.getJSDocCommentsAndTags(it).length > 0);
    if (declared.length === 0) follow(path, name);
    else if (!isDocumented) undocumented.add(`${path}: ${name}`);
  };

  /** From a name that is imported, or exported from elsewhere, to its home. */
  const follow = (path: string, name: string): void => {
    for (const it of sourceOf(path).statements) {
      if (!ts.isImportDeclaration(it) && !ts.isExportDeclaration(it)) continue;
      const clause = ts.isExportDeclaration(it) ? it.exportClause : it.importClause?.namedBindings;
      const from = it.moduleSpecifier;
      if (!clause || !("elements" in clause) || !from || !ts.isStringLiteral(from)) continue;
      const named = [...clause.elements].find((element) => element.name.text === name);
      const file = named && fileOf(path, from);
      if (named && file) check(file, (named.propertyName ?? named.name).text);
    }
  };

  for (const path of entries) {
    for (const it of sourceOf(path).statements) {
      if (hasExport(it)) for (const name of namesOf(it)) check(path, name);
      if (!ts.isExportDeclaration(it)) continue;
      if (!it.exportClause || ts.isNamespaceExport(it.exportClause)) {
        undocumented.add(`${path}: exports all of another file, which cannot be followed`);
      } else {
        for (const { name } of it.exportClause.elements) check(path, name.text);
      }
    }
  }
  return undocumented;
}
