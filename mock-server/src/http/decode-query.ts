import type { QueryParameter } from "@drawdown/spec/contract";
import { parseInstant } from "../domain/time.js";
import { RequestError } from "./request-error.js";

type QueryValue = string | number | boolean;

/**
 * Reads the query parameters an operation knows, fills in defaults and ignores the rest, as the service does.
 *
 * @param queryText the query without its question mark
 * @rule PAG-05 negative and fractional page numbers are refused
 * @rule EVT-35 dates of the events list that cannot be read are 400, not 422
 * @rule SDK-23 booleans arrive as text
 * @rule PAG-10 an empty value of a parameter that may be null bounds nothing
 * @throws RequestError query-invalid, query-malformed
 */
export function decodeQuery(
  parameters: { readonly [name: string]: QueryParameter },
  queryText: string,
): Readonly<Record<string, QueryValue>> {
  const sent = queryText === "" ? undefined : new URLSearchParams(queryText);
  const query: Record<string, QueryValue> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const text = sent?.get(name) ?? undefined;
    const value = text === "" && parameter.isNullable ? undefined : text;
    const read = value === undefined ? parameter.defaultValue : decode(name, parameter, value);
    if (read !== undefined) query[name] = read;
  }
  return query;
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
