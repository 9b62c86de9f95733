import type { QueryParameter } from "@drawdown/spec/contract";
import { parseInstant } from "../domain/time.js";
import { didYouMean } from "./did-you-mean.js";
import { RequestError } from "./request-error.js";

type QueryValue = string | number | boolean;

/** Characters of an unknown name that a refusal repeats. */
const excerptMax = 100;

/**
 * Reads the query parameters an operation knows and fills in defaults. The rest is ignored, as the service does, or refused.
 *
 * @param queryText the query without its question mark
 * @param isStrict whether a parameter that the operation does not know is refused
 * @rule PAG-05 negative and fractional page numbers are refused
 * @rule EVT-35 dates of the events list that cannot be read are 400, not 422
 * @rule SDK-23 booleans arrive as text
 * @rule CTL-01 where it is strict, an unknown one is refused with the one that was probably meant
 * @rule PAG-10 an empty value of a parameter that may be null bounds nothing
 * @throws RequestError query-invalid, query-malformed
 */
export function decodeQuery(
  parameters: { readonly [name: string]: QueryParameter },
  queryText: string,
  isStrict: boolean,
): Readonly<Record<string, QueryValue>> {
  const sent = queryText === "" ? undefined : new URLSearchParams(queryText);
  if (isStrict) for (const name of sent?.keys() ?? []) checkKnown(parameters, name);
  const query: Record<string, QueryValue> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const text = sent?.get(name) ?? undefined;
    const value = text === "" && parameter.isNullable ? undefined : text;
    const read = value === undefined ? parameter.defaultValue : decode(name, parameter, value);
    if (read !== undefined) query[name] = read;
  }
  return query;
}

function checkKnown(parameters: object, name: string): void {
  if (Object.hasOwn(parameters, name)) return;
  const known = Object.keys(parameters);
  const list = known.length === 0 ? "it takes none" : `it takes ${known.join(", ")}`;
  throw new RequestError(
    "query-invalid",
    "CTL-01",
    `unknown query parameter ${JSON.stringify(name.slice(0, excerptMax))}${didYouMean(name, known)}; ${list}`,
  );
}

function decode(name: string, parameter: QueryParameter, text: string): QueryValue {
  const refuse = (wanted: string): never => {
    throw new RequestError(
      parameter.invalidStatus === 400 ? "query-malformed" : "query-invalid",
      parameter.invalidStatus === 400 ? "EVT-35" : "PAG-05",
      `query parameter \`${name}\` is ${JSON.stringify(text)} but must be ${wanted}`,
    );
  };
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = parameter;
  switch (parameter.type) {
    case "integer": {
      const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= minimum && value <= maximum
        ? value
        : refuse(
            maximum === Number.MAX_SAFE_INTEGER
              ? `a whole number from ${minimum}`
              : `a whole number from ${minimum} to ${maximum}`,
          );
    }
    case "boolean":
      return text === "true" ? true : text === "false" ? false : refuse("`true` or `false`");
    case "date-time":
      return parseInstant(text) === undefined
        ? refuse("an RFC 3339 timestamp such as 2026-01-31T00:00:00Z")
        : text;
    case "string":
      if (parameter.values && !parameter.values.includes(text)) {
        return refuse(`one of ${parameter.values.join(", ")}`);
      }
      return text.length <= (parameter.maxLength ?? Number.POSITIVE_INFINITY)
        ? text
        : refuse(`at most ${parameter.maxLength} characters long, and it has ${text.length}`);
  }
}
