import { UsageError } from "./command-line.js";

/** What a value that `--set` gives has to look like. */
export interface Kind {
  readonly form: RegExp;
  readonly says: string;
}

export const text: Kind = { form: /./, says: "not empty" };
/** Credits: a decimal. */
export const amount: Kind = { form: /^\d{1,10}(\.\d{1,10})?$/, says: "a decimal such as 12.5" };
/** Credits that go through a meter, which deducts whole ones only (MTR-55). */
export const wholeAmount: Kind = { form: /^\d{1,10}$/, says: "a whole number of credits" };
export const minorUnits: Kind = {
  form: /^\d{1,9}$/,
  says: "a whole number of cents, or of what is smallest in the currency",
};
export const percent: Kind = { form: /^(100|[1-9]\d?)$/, says: "a whole number from 1 to 100" };
export const truth: Kind = { form: /^(true|false)$/, says: "true or false" };

/** The fields of a payload that a recipe can decide; a path that ends in `.*` takes any name there. */
export type Takes = { readonly [path: string]: Kind };

/** What `--set` asked for, by path. */
export type Settings = ReadonlyMap<string, string>;

/**
 * Reads `path=value` as it was given, later ones over earlier ones.
 *
 * @throws UsageError for a path that the event does not take, or a value that it cannot
 */
export const readSettings = (event: string, takes: Takes, given: readonly string[]): Settings =>
  new Map(given.map((it) => readSetting(event, takes, it)));

function readSetting(event: string, takes: Takes, given: string): readonly [string, string] {
  const equals = given.indexOf("=");
  if (equals === -1) throw new UsageError(`--set is "${given}" but must be path=value`);
  const path = given.slice(0, equals);
  const value = given.slice(equals + 1);
  const kind = kindOf(takes, path);
  if (kind === undefined) {
    const known = Object.keys(takes).join(", ");
    throw new UsageError(`${event} cannot set "${path}"; it takes: ${known}`);
  }
  if (kind.form.test(value)) return [path, value];
  throw new UsageError(`--set ${path} is "${value}" but must be ${kind.says}`);
}

function kindOf(takes: Takes, path: string): Kind | undefined {
  if (Object.hasOwn(takes, path) && !path.endsWith(".*")) return takes[path];
  const parent = path.slice(0, path.lastIndexOf("."));
  return path.endsWith(".") || path.endsWith(".*") ? undefined : takes[`${parent}.*`];
}

/** The fields set below a path, without it: `data.metadata` for `data.metadata.x`. */
export const settingsBelow = (settings: Settings, path: string): Record<string, string> =>
  Object.fromEntries(
    [...settings]
      .filter(([it]) => it.startsWith(`${path}.`))
      .map(([it, value]) => [it.slice(path.length + 1), value]),
  );

/** What was asked for and is not so in the payload, a sentence each. */
export const unmet = (settings: Settings, payload: unknown): readonly string[] =>
  [...settings].flatMap(([path, wanted]) => {
    const found = fieldOf(payload, path);
    return plain(found) === plain(wanted)
      ? []
      : [`${path} is ${JSON.stringify(found)} and not ${wanted}`];
  });

function fieldOf(payload: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null
        ? (value as Record<string, unknown>)[name] // any object can be read by name
        : undefined,
    payload,
  );
}

/** A value as text, decimals without the zeros that only tell their precision. */
const plain = (value: unknown): string => {
  const written = String(value);
  return /^\d+\.\d+$/.test(written) ? written.replace(/\.?0+$/, "") : written;
};
