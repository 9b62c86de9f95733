import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";

/** Documentation of what users call. */

const folder = new URL("../src/", import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((it) => it.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }))
  // Below what users see, and calls that are deprecated as a whole and say what to write instead.
  .filter(({ name, text }) => !/^legacy/.test(name) && !/^export class Connection/m.test(text));

/** The public methods of exported classes that have a docstring without an example, or none. */
function withoutExample({ name, text }: (typeof files)[number]): readonly string[] {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true);
  return source.statements.filter(ts.isClassDeclaration).flatMap((declared) =>
    declared.members
      .filter(ts.isMethodDeclaration)
      .filter((it) => ts.isIdentifier(it.name) && !isOverride(it))
      .filter((it) => !/@example|@internal/.test(docOf(it)))
      .map((it) => `${declared.name?.text}.${it.name.getText()}`),
  );
}

const docOf = (node: ts.Node): string =>
  ts
    .getJSDocCommentsAndTags(node)
    .map((it) => it.getText())
    .join("\n");

const isOverride = (node: ts.MethodDeclaration): boolean =>
  node.modifiers?.some((it) => it.kind === ts.SyntaxKind.OverrideKeyword) ?? false;

test("every public method has an example", () => {
  expect(files.length).toBeGreaterThan(30);
  expect(files.flatMap(withoutExample)).toEqual([]);
});
