import type { FieldTree, ValidationError } from "@drawdown/spec/contract";

/** Most reasons named in one message; the rest is counted. */
const reasonsMax = 5;

/** Why a body does not pass its schema, in words: each reason names the field, its value and what it must be. */
export function explain(
  errors: readonly ValidationError[],
  body: unknown,
  tree: FieldTree | null,
): string {
  const reasons = [...new Set(errors.flatMap((error) => reason(error, body, tree) ?? []))];
  const named = reasons.slice(0, reasonsMax).join("; ");
  return reasons.length <= reasonsMax
    ? named
    : `${named}; and ${reasons.length - reasonsMax} more problems`;
}

function reason(
  { instancePath, keyword, params }: ValidationError,
  body: unknown,
  tree: FieldTree | null,
): string | undefined {
  const steps = instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const { value, subtree } = follow(steps, body, tree);
  const is = `${nameOf(steps)} is ${show(value)}`;
  switch (keyword) {
    case "required":
      return missing(steps, String(params["missingProperty"]), value, subtree);
    case "type":
      return `${is} but must be ${typeWords(params["type"], value)}`;
    case "enum":
      return `${is} but must be ${oneOf(params["allowedValues"], value, steps.at(-1) ?? "", follow(steps.slice(0, -1), body, tree).subtree)}`;
    case "minLength":
    case "maxLength":
      return `${is}, ${String(value).length} characters, but must have at ${keyword === "minLength" ? "least" : "most"} ${params["limit"]}`;
    case "minimum":
    case "maximum":
      return `${is} but must be at ${keyword === "minimum" ? "least" : "most"} ${params["limit"]}`;
    case "minItems":
    case "maxItems":
      return `${nameOf(steps)} has ${Array.isArray(value) ? value.length : 0} items but must have at ${keyword === "minItems" ? "least" : "most"} ${params["limit"]}`;
    case "minProperties":
      return `${nameOf(steps)} names nothing to change; send ${tree ? `one of ${Object.keys(tree.fields).join(", ")}` : "a field"}`;
    case "pattern":
      return `${is} but must be ${/\\d\+\(\\\.\\d\+\)/.test(String(params["pattern"])) ? 'a plain decimal such as "12.50", without exponent or sign' : `of the form ${params["pattern"]}`}`;
    case "format":
      return `${is} but must be ${formatWords[String(params["format"])] ?? `of the format ${params["format"]}`}`;
    case "discriminator":
      return `${nameOf([...steps, String(params["tag"])])} is ${show(params["tagValue"])}, which is none of the kinds there are; see the document`;
    case "if":
      return undefined; // the branch that failed says more
    default:
      return `${is}, which breaks the rule "${keyword}"`;
  }
}

const formatWords: { readonly [format: string]: string | undefined } = {
  "date-time": "an RFC 3339 timestamp such as 2026-01-31T00:00:00Z",
  email: "an email address",
};

const nameOf = (steps: readonly string[]): string =>
  steps.length === 0
    ? "the body"
    : `\`${steps.map((step, i) => (/^\d+$/.test(step) ? `[${step}]` : i === 0 ? step : `.${step}`)).join("")}\``;

function show(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

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
  const meant =
    tree?.valueAliases[field]?.[String(value)] ??
    values.find((it) => it.toLowerCase() === String(value).toLowerCase());
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
