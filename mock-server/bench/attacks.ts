/**
 * Bodies that try to stall a sandbox, made from the documents' own schemas: each operation × each array, map, object
 * and text of its body, filled with as many elements as are asked for.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

// biome-ignore lint/suspicious/noExplicitAny: a parsed YAML document
type Json = any;

/** What stands for each id and address in a path or a body. */
export type Known = Readonly<Record<string, string>>;

export interface Attack {
  /** For example `POST /events/ingest events of {}`. */
  readonly name: string;
  readonly operationId: string;
  readonly method: string;
  /** Path template, for example `/meters/{id}`. */
  readonly path: string;
  /** The JSON text with so many elements. */
  readonly body: (count: number) => string;
}

const documents = ["openapi.yaml", "sandbox.yaml"] as const;

/** How deep a schema that contains itself is followed. */
const depthMax = 7;

/** Long texts, each with what makes a careless expression try again from every letter. */
const texts: readonly (readonly [what: string, text: (count: number) => string])[] = [
  ["a long text", (count) => "x".repeat(8 * count)],
  ["a long address", (count) => `http://${"x".repeat(8 * count)} `],
  ["a long e-mail address", (count) => `a@${"a.".repeat(4 * count)}!`],
  ["a long name of a mailbox", (count) => `${"a.".repeat(4 * count)}!`],
  ["a long number", (count) => `${"1".repeat(8 * count)}.`],
  ["a long date", (count) => `2026-01-01T00:00:00.${"0".repeat(8 * count)}`],
  ["a long text with blanks", (count) => `x${" ".repeat(8 * count)}\n`],
  ["a long text of emoji", (count) => "😀".repeat(4 * count)],
];

/** Where the elements go: from the outermost field to the array, map or object that is filled. */
interface Place {
  readonly steps: readonly string[];
  readonly schema: Json;
  /** The whole body around something that is put there. */
  readonly around: (inmost: unknown) => unknown;
}

/** Every attack on both documents. */
export function attacks(known: Known = {}): readonly Attack[] {
  return documents.flatMap((file) => {
    const text = readFileSync(
      fileURLToPath(new URL(`../../spec/${file}`, import.meta.url)),
      "utf8",
    );
    return new Attacker(parse(text), known).attacks();
  });
}

class Attacker {
  constructor(
    private readonly document: Json,
    private readonly known: Known,
  ) {}

  attacks(): readonly Attack[] {
    const operations = Object.entries<Json>(this.document.paths).flatMap(([path, item]) =>
      Object.entries<Json>(item)
        .filter(([, operation]) => operation.requestBody)
        .map(([method, { operationId, requestBody }]) => ({
          operationId,
          method: method.toUpperCase(),
          path,
          requestBody,
        })),
    );
    return operations.flatMap(({ requestBody, ...operation }) => {
      const { schema } = this.resolve(requestBody).content["application/json"];
      const places = this.places({ steps: [], schema, around: (it) => it });
      const fillings = places.flatMap((place) => this.fillings(place));
      const whole = { kind: "an array as body", fill: (count: number) => Array(count).fill({}) };
      return [...fillings, whole].map(({ kind, fill }) => ({
        ...operation,
        name: `${operation.method} ${operation.path} ${kind}`,
        body: (count: number) => JSON.stringify(fill(count)),
      }));
    });
  }

  /** Every array, map and object below a place, itself included. */
  private places(place: Place): readonly Place[] {
    if (place.steps.length > depthMax) return [];
    return this.branches(place.schema).flatMap((schema) => {
      const here: Place = { ...place, schema };
      if (schema.items) {
        const item: Place = {
          steps: [...place.steps, "[]"],
          schema: schema.items,
          around: (it) => place.around([it]),
        };
        return [here, ...this.places(item)];
      }
      if (schema.properties) {
        const below = Object.entries<Json>(schema.properties).flatMap(([name, property]) => {
          const rest = this.example(schema, 0);
          return this.places({
            steps: [...place.steps, name],
            schema: property,
            around: (it) => place.around({ ...rest, [name]: it }),
          });
        });
        return [here, ...below];
      }
      const isText = [schema.type].flat().includes("string") && !schema.enum;
      return schema.additionalProperties || isText ? [here] : [];
    });
  }

  private fillings({ steps, schema, around }: Place) {
    const where = steps.join(".").replaceAll(".[]", "[]") || "the body";
    const filling = (what: string, fill: (count: number) => unknown) => ({
      kind: `${where} of ${what}`,
      fill: (count: number) => around(fill(count)),
    });
    const map = (name: (i: number) => string, value: unknown) => (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [name(i), value]));
    if (schema.items) {
      const array = (value: unknown) => (count: number) => Array(count).fill(value);
      const good = this.example(schema.items, 0);
      return [
        filling("{}", array({})),
        filling("nulls", array(null)),
        filling("texts", array("no such thing")),
        filling("lists", array([[1]])),
        filling("objects with unknown fields", array({ a: 1, b: { c: 2 } })),
        filling("good elements", array(good)),
      ];
    }
    if ([schema.type].flat().includes("string")) {
      return texts.map(([what, text]) => filling(what, text));
    }
    const rest = schema.properties ? this.example(schema, 0) : {};
    const beside = (fill: (count: number) => object) => (count: number) => ({
      ...rest,
      ...fill(count),
    });
    return [
      filling("bad names", beside(map((i) => `bad näme ${i}`, {}))),
      filling("good names", beside(map((i) => `name_${i}`, "x"))),
      filling("numbers", beside(map((i) => `n${i}`, 1e300))),
      filling("a long name", (count) => ({ ...rest, ["é".repeat(count * 4)]: 1 })),
    ];
  }

  /** The alternatives of a schema, each without choices of its own. */
  private branches(schema: Json): readonly Json[] {
    const it = this.resolve(schema);
    const choices = it.oneOf ?? it.anyOf;
    if (choices) return choices.flatMap((choice: Json) => this.branches(choice));
    if (it.allOf?.length === 1 && !it.properties) return this.branches(it.allOf[0]);
    return [it];
  }

  /** The smallest value that passes a schema, more or less. */
  private example(schema: Json, depth: number, name = ""): Json {
    const it = this.branches(schema)[0] ?? {};
    if (it.const !== undefined) return it.const;
    if (it.enum) return it.enum[0];
    const type = [it.type].flat()[0];
    switch (type) {
      case "string":
        return this.known[name] ?? textOf(it);
      case "integer":
      case "number":
        return Math.max(it.minimum ?? 0, name === "quantity" ? 1 : 0);
      case "boolean":
        return false;
      case "array":
        return depth > depthMax || !it.minItems ? [] : [this.example(it.items, depth + 1)];
      default:
        return Object.fromEntries(
          (depth > depthMax ? [] : (it.required ?? [])).map((field: string) => [
            field,
            this.example(it.properties?.[field] ?? {}, depth + 1, field),
          ]),
        );
    }
  }

  private resolve(node: Json): Json {
    if (!node?.$ref) return node;
    const path: string[] = node.$ref.slice(2).split("/");
    return this.resolve(path.reduce((at: Json, part) => at[part], this.document));
  }
}

function textOf({ format, pattern }: { format?: string; pattern?: string }): string {
  if (format === "date-time") return "2026-01-01T00:00:00Z";
  if (format === "email") return "ada@example.com";
  if (format === "uuid") return "00000000-0000-4000-8000-000000000000";
  return pattern?.startsWith("^https?") ? "http://localhost:9/hook" : "1";
}
