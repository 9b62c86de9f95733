import type { FieldTree } from "@drawdown/spec/contract";
import { fieldMeant } from "./did-you-mean.js";
import { nameOf } from "./name-of.js";

/** Most sentences about one body; the rest is counted. */
const warningsMax = 10;

/** One sentence for each field of `value` that the tree does not know, saying what was probably meant. */
export function unknownFields(tree: FieldTree, value: unknown): readonly string[] {
  const found: Found = { sentences: [], count: 0 };
  collect(tree, value, null, found);
  const { sentences, count } = found;
  if (count > sentences.length) {
    sentences.push(`and ${count - sentences.length} more unknown fields`);
  }
  return sentences;
}

interface Found {
  readonly sentences: string[];
  count: number;
}

/** The way to a value, innermost step first: it becomes text for the few that are named only. */
type Way = { readonly step: string | number; readonly before: Way } | null;

function collect(tree: FieldTree, value: unknown, before: Way, found: Found): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (let step = 0; step < value.length; step++) {
      collect(tree, value[step], { step, before }, found);
    }
    return;
  }
  tree = shapeOf(tree, value);
  for (const step of Object.keys(value)) {
    if (Object.hasOwn(tree.fields, step)) {
      const subtree = tree.fields[step];
      if (subtree) collect(subtree, Reflect.get(value, step), { step, before }, found);
    } else if (++found.count <= warningsMax) {
      const name = nameAt({ step, before });
      found.sentences.push(`unknown field ${name}${suggestion(tree, step)}`);
    }
  }
}

/** The fields of the shape that an object says it has, where there are several. */
const shapeOf = (tree: FieldTree, value: object): FieldTree =>
  tree.byType?.[String(Reflect.get(value, "type"))] ?? tree;

function nameAt(way: Way): string {
  const steps: (string | number)[] = [];
  for (let at = way; at; at = at.before) steps.push(at.step);
  return nameOf(steps.reverse());
}

function suggestion(tree: FieldTree, name: string): string {
  const meant = meantBy(tree, name);
  return meant === undefined ? " was ignored" : `; did you mean \`${meant}\`?`;
}

/** The known field that a name stands for in older guides, or is a typing error away from. */
function meantBy(tree: FieldTree, name: string): string | undefined {
  if (Object.hasOwn(tree.aliases, name)) return tree.aliases[name];
  return fieldMeant(name, Object.keys(tree.fields));
}
