import type { FieldTree } from "@drawdown/spec/contract";
import { closest, distance } from "fastest-levenshtein";

/** Most sentences about one body; the rest is counted. */
const warningsMax = 10;

/** Letters two names may differ by and still be taken for one another. */
const typoMax = 3;

/** One sentence for each field of `value` that the tree does not know, saying what was probably meant. */
export function unknownFields(tree: FieldTree, value: unknown): readonly string[] {
  const found: string[] = [];
  collect(tree, value, "", found);
  return found.length <= warningsMax
    ? found
    : [...found.slice(0, warningsMax), `and ${found.length - warningsMax} more unknown fields`];
}

function collect(tree: FieldTree, value: unknown, where: string, found: string[]): void {
  if (Array.isArray(value)) {
    for (const [position, item] of value.entries()) {
      collect(tree, item, `${where}[${position}]`, found);
    }
    return;
  }
  if (typeof value !== "object" || value === null) return;
  tree = shapeOf(tree, value);
  for (const [name, field] of Object.entries(value)) {
    const path = where === "" ? name : `${where}.${name}`;
    if (!Object.hasOwn(tree.fields, name)) {
      found.push(`unknown field \`${path}\`${suggestion(tree, name)}`);
      continue;
    }
    const subtree = tree.fields[name];
    if (subtree) collect(subtree, field, path, found);
  }
}

/** The fields of the shape that an object says it has, where there are several. */
const shapeOf = (tree: FieldTree, value: object): FieldTree =>
  tree.byType?.[String(Reflect.get(value, "type"))] ?? tree;

function suggestion(tree: FieldTree, name: string): string {
  const meant = meantBy(tree, name);
  return meant === undefined ? " was ignored" : `; did you mean \`${meant}\`?`;
}

/** The known field that a name stands for in older guides, or is a typing error away from. */
function meantBy(tree: FieldTree, name: string): string | undefined {
  if (Object.hasOwn(tree.aliases, name)) return tree.aliases[name];
  const near = closest(name, Object.keys(tree.fields));
  return near !== undefined && isTypo(name, near) ? near : undefined;
}

function isTypo(name: string, known: string): boolean {
  if (name.length > known.length + typoMax || known.length < 4) return false;
  const squash = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  if (squash(name) === squash(known)) return true;
  return distance(name, known) <= Math.min(typoMax, Math.floor(known.length / 3));
}
