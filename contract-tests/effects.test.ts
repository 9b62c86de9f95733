import { readFileSync } from "node:fs";
import { resolve as absolute, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

/**
 * Every field that the documents let a caller send is read by some line of the server, or listed as without effect. What
 * is read is decided by the compiler, per schema and not by name: `price` of a product does not make up for another.
 */

const root = absolute(dirname(fileURLToPath(import.meta.url)), "..");
const documents = ["dodo", "control"].map((it) => absolute(root, `spec/generated/${it}.ts`));
const engine = absolute(root, "mock-server/src");

function compile() {
  const config = absolute(root, "tsconfig.json");
  const { config: json } = ts.readConfigFile(config, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(json, ts.sys, root);
  const files = [...ts.sys.readDirectory(engine, [".ts"]), ...documents];
  const program = ts.createProgram(files, options);
  return { program, checker: program.getTypeChecker() };
}

const isOfDocument = (declaration: ts.Declaration): boolean =>
  documents.includes(absolute(declaration.getSourceFile().fileName));

/** The declarations of the documents' fields that the server reads, by name or by handing them on. */
function fieldsRead({ program, checker }: ReturnType<typeof compile>): ReadonlySet<ts.Declaration> {
  const read = new Set<ts.Declaration>();
  const handedOn: { readonly from: ts.Symbol; readonly to: ts.Symbol }[] = [];
  const take = (symbol: ts.Symbol | undefined) => {
    for (const it of symbol?.declarations ?? []) if (isOfDocument(it)) read.add(it);
  };

  /** A value that is passed as one of another type hands on the fields that both have. */
  const handOn = (source: ts.Type, target: ts.Type): void => {
    for (const given of partsOf(checker, source)) {
      for (const wanted of partsOf(checker, target)) {
        for (const from of given === wanted ? [] : checker.getPropertiesOfType(given)) {
          const to = checker.getPropertyOfType(wanted, from.name);
          if (to && from.declarations?.some(isOfDocument)) handedOn.push({ from, to });
        }
      }
    }
  };

  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) take(checker.getSymbolAtLocation(node.name));
    if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
      const name = node.propertyName ?? node.name;
      const type = checker.getTypeAtLocation(node.parent);
      if (ts.isIdentifier(name) || ts.isStringLiteral(name)) {
        take(checker.getPropertyOfType(type, name.text));
      }
    }
    if (isValue(node)) {
      const type = checker.getTypeAtLocation(node);
      const holdsFields = partsOf(checker, type).some((it) =>
        checker.getPropertiesOfType(it).some((field) => field.declarations?.some(isOfDocument)),
      );
      const place = ts.isSpreadAssignment(node.parent) ? node.parent.parent : node;
      const target = holdsFields ? checker.getContextualType(place) : undefined;
      if (target) handOn(type, target);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) {
    if (absolute(file.fileName).startsWith(engine)) visit(file);
  }

  const isTaken = ({ declarations = [] }: ts.Symbol) =>
    !declarations.every(isOfDocument) ||
    declarations.some((it) => read.has(it)) ||
    declarations.length === 0;
  for (let known = -1; known < read.size; ) {
    known = read.size;
    for (const { from, to } of handedOn) if (isTaken(to)) take(from);
  }
  return read;
}

/** Whether a node is one of the expressions that values are passed by. */
const isValue = (node: ts.Node): node is ts.Expression =>
  ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isBinaryExpression(node);

/** The objects that a type stands for: each one of a union, and the elements of an array. */
const partsOf = (checker: ts.TypeChecker, type: ts.Type): readonly ts.Type[] => {
  if (type.isUnion()) return type.types.flatMap((it) => partsOf(checker, it));
  const element = checker.isArrayType(type)
    ? checker.getIndexTypeOfType(type, ts.IndexKind.Number)
    : undefined;
  return element ? partsOf(checker, element) : [type];
};

/** The fields of what an operation takes, each with its declarations, as far down as they are read. */
function* fieldsOf(
  checker: ts.TypeChecker,
  type: ts.Type,
  isRead: (field: ts.Symbol) => boolean,
  path: readonly string[] = [],
  outer: readonly ts.Type[] = [],
): Generator<{ readonly path: readonly string[]; readonly field: ts.Symbol }> {
  for (const part of partsOf(checker, type).filter((it) => !outer.includes(it))) {
    for (const field of checker.getPropertiesOfType(part)) {
      if (!field.declarations?.some(isOfDocument)) continue;
      const here = [...path, field.name];
      yield { path: here, field };
      if (isRead(field)) {
        yield* fieldsOf(checker, checker.getTypeOfSymbol(field), isRead, here, [...outer, part]);
      }
    }
  }
}

/** The type found by going from field to field. */
const typeAt = (checker: ts.TypeChecker, from: ts.Type, ...names: readonly string[]) =>
  names.reduce<ts.Type | undefined>((type, name) => {
    const field = type && checker.getPropertyOfType(checker.getNonNullableType(type), name);
    return field && checker.getTypeOfSymbol(field);
  }, from);

interface Operation {
  readonly id: string;
  readonly withoutEffect: readonly { readonly in: string; readonly path: readonly string[] }[];
}

const modules = {
  dodo: await import("@drawdown/spec/dodo"),
  control: await import("@drawdown/spec/control"),
};

const compiled = compile();
const read = fieldsRead(compiled);
const isRead = ({ declarations = [] }: ts.Symbol): boolean =>
  declarations.some((it) => read.has(it));

for (const [position, [name, { operationTable }]] of Object.entries(modules).entries()) {
  const { program, checker } = compiled;
  const file = program.getSourceFile(documents[position] ?? "");
  const exported = file && checker.getSymbolAtLocation(file);
  const operations =
    exported && checker.getExportsOfModule(exported).find((it) => it.name === "operations");
  if (!operations) throw new Error(`spec/generated/${name}.ts exports no operations`);
  const all = checker.getDeclaredTypeOfSymbol(operations);

  /** Each field of an operation, and whether the server reads it. */
  function* sent({ id }: Operation) {
    const body = typeAt(checker, all, id, "requestBody", "content", "application/json");
    const query = typeAt(checker, all, id, "parameters", "query");
    for (const [where, type] of [
      ["body", body],
      ["query", query],
    ] as const) {
      if (!type) continue;
      for (const { path, field } of fieldsOf(checker, type, isRead)) {
        yield { name: `${id}: ${where} ${path.join(".")}`, isRead: isRead(field) };
      }
    }
  }

  const namesOf = ({ id, withoutEffect }: Operation) =>
    withoutEffect.map((it) => `${id}: ${it.in} ${it.path.join(".")}`);

  test(`WRN-10 what ${name} takes is read by some code, or listed as without effect`, () => {
    const unread = operationTable.flatMap((operation) =>
      [...sent(operation)]
        .filter((it) => !it.isRead && !namesOf(operation).includes(it.name))
        .map((it) => it.name),
    );
    expect(unread).toEqual([]);
  });

  test(`WRN-10 nothing that ${name} lists as without effect is read by any code`, () => {
    const wrong = operationTable.flatMap((operation) => {
      const unread = [...sent(operation)].filter((it) => !it.isRead).map((it) => it.name);
      return namesOf(operation).filter((it) => !unread.includes(it));
    });
    expect(wrong).toEqual([]);
  });
}

test("the walk finds what it should", () => {
  const text = readFileSync(documents[0] ?? "", "utf8");
  expect(text).toContain("credit_entitlement_cart");
  expect(read.size).toBeGreaterThan(150);
});
