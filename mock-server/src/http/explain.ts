import type { FieldTree, ValidationError } from "@drawdown/spec/contract";
import { excerpt } from "./excerpt.js";
import { nameOf } from "./name-of.js";

/** Most reasons named in one message. The validators stop looking soon after as many, so the rest is not counted. */
const reasonsMax = 5;

/** Characters of a value that are shown. */
const valueShownMax = 80;

/**
 * Why a body does not pass its schema, in words: each reason names the field, its value and what it must be.
 *
 * @rule BDY-03 a few reasons, at a cost that does not depend on the body
 */
export function explain(
  errors: readonly ValidationError[],
  body: unknown,
  tree: FieldTree | null,
): string {
  const reasons = new Set<string>();
  for (const error of errors) {
    const text = reason(error, body, tree);
    if (text === undefined || reasons.has(text)) continue;
    if (reasons.size === reasonsMax) return `${[...reasons].join("; ")}; and more problems`;
    reasons.add(text);
  }
  return [...reasons].join("; ");
}

function reason(
  { instancePath, keyword, params, propertyName }: ValidationError,
  body: unknown,
  tree: FieldTree | null,
): string | undefined {
  const steps = instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const { value, subtree } = follow(steps, body, tree);
  if (propertyName !== undefined) {
    return `${nameOf(steps)} has the name ${show(propertyName)}, but names there must be of the form ${params["pattern"]}`;
  }
  const is = () => `${nameOf(steps)} is ${show(value)}`;
  switch (keyword) {
    case "required":
      return missing(steps, String(params["missingProperty"]), value, subtree);
    case "type":
      return `${is()} but must be ${typeWords(params["type"], value)}`;
    case "enum":
      return `${is()} but must be ${oneOf(params["allowedValues"], value, steps.at(-1) ?? "", follow(steps.slice(0, -1), body, tree).subtree)}`;
    case "minLength":
    case "maxLength":
      return `${is()}, ${String(value).length} characters, but must have at ${keyword === "minLength" ? "least" : "most"} ${params["limit"]}`;
    case "minimum":
    case "maximum":
      return `${is()} but must be at ${keyword === "minimum" ? "least" : "most"} ${params["limit"]}`;
    case "minItems":
    case "maxItems":
      return `${nameOf(steps)} has ${Array.isArray(value) ? value.length : 0} items but must have at ${keyword === "minItems" ? "least" : "most"} ${params["limit"]}`;
    case "maxProperties":
      return `${nameOf(steps)} has ${Object.keys(value ?? {}).length} entries but must have at most ${params["limit"]}`;
    case "additionalProperties":
      return `${nameOf([...steps, String(params["additionalProperty"])])} is no field there; ${subtree ? `there are ${Object.keys(subtree.fields).join(", ")}` : "leave it out"}`;
    case "minProperties":
      return `${nameOf(steps)} names nothing to change; send ${tree ? `one of ${Object.keys(tree.fields).join(", ")}` : "a field"}`;
    case "pattern":
      return `${is()} but must be ${/\\d\+\(\\\.\\d\+\)/.test(String(params["pattern"])) ? 'a plain decimal such as "12.50", without exponent or sign' : `of the form ${params["pattern"]}`}`;
    case "format":
      return `${is()} but must be ${formatWords[String(params["format"])] ?? `of the format ${params["format"]}`}`;
    case "discriminator":
      return `${nameOf([...steps, String(params["tag"])])} is ${show(params["tagValue"])}, which is none of the kinds there are; see the document`;
    case "if":
    case "propertyNames":
      return undefined; // what failed there says more
    default:
      return `${is()}, which breaks the rule "${keyword}"`;
  }
}

const formatWords: { readonly [format: string]: string | undefined } = {
  "date-time": "an RFC 3339 timestamp such as 2026-01-31T00:00:00Z",
  email: "an email address",
};

const show = (value: unknown): string =>
  value === undefined ? "missing" : excerpt(value, valueShownMax);

function missing(
  steps: readonly string[],
  name: string,
  parent: unknown,
  tree: FieldTree | null,
): string {
  const text = `${nameOf([...steps, name])} is missing`;
  const old = Object.entries(tree?.aliases ?? {}).find(
    ([alias, meant]) =>
      meant === name &&
      typeof parent === "object" &&
      parent !== null &&
      Object.hasOwn(parent, alias),
  );
  return old ? `${text}; you sent \`${old[0]}\`, which is called \`${name}\`` : text;
}

function typeWords(type: unknown, value: unknown): string {
  const words = [type].flat().map(String).join(" or ");
  return words.includes("string") && typeof value === "number" ? `${words}: "${value}"` : words;
}

/** Most values spelt out; longer lists are cut. */
const valuesMax = 12;

function oneOf(allowed: unknown, value: unknown, field: string, tree: FieldTree | null): string {
  const values = Array.isArray(allowed) ? allowed.filter((it) => it !== null).map(String) : [];
  // Whatever is no text, or longer than what is shown, means none of them.
  const sent = typeof value === "string" && value.length <= valueShownMax ? value : "";
  const meant =
    tree?.valueAliases[field]?.[sent] ??
    values.find((it) => it.toLowerCase() === sent.toLowerCase());
  const list =
    values.length > valuesMax
      ? `${values.slice(0, valuesMax).join(", ")} … (${values.length} values)`
      : values.join(", ");
  return `one of ${list}${meant ? `; did you mean ${meant}?` : ""}`;
}

function follow(
  steps: readonly string[],
  body: unknown,
  tree: FieldTree | null,
): { readonly value: unknown; readonly subtree: FieldTree | null } {
  let [value, subtree] = [body, tree];
  for (const step of steps) {
    const isItem = Array.isArray(value);
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, step)
        ? (value as Readonly<Record<string, unknown>>)[step] // an own key of a JSON value
        : undefined;
    if (!isItem) subtree = subtree?.fields[step] ?? null;
  }
  return { value, subtree };
}
