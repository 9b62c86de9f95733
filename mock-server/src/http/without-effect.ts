import type { FieldWithoutEffect, OperationFacts } from "@drawdown/spec/contract";

interface Sent {
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/**
 * One sentence for each field and parameter of a call that the sandbox does nothing with.
 *
 * @rule WRN-10 the document lists them with the reason; null, an empty list and the default ask for nothing
 */
export const withoutEffect = (
  operation: OperationFacts,
  { query, body }: Sent,
): readonly string[] =>
  operation.withoutEffect
    .filter((it) => asks(it.in === "query" ? query : body, it, 0))
    .map(({ path, why }) => `\`${path.join(".")}\` has no effect here: ${why}`);

/** Whether a value holds the field, from the `depth`th of its names on, with something that is asked for. */
function asks(value: unknown, field: FieldWithoutEffect, depth: number): boolean {
  if (Array.isArray(value)) {
    const isField = depth === field.path.length;
    return isField ? value.length > 0 : value.some((it) => asks(it, field, depth));
  }
  const name = field.path[depth];
  if (name === undefined) return value !== undefined && value !== null && value !== field.usual;
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? asks(Reflect.get(value, name), field, depth + 1)
    : false;
}
