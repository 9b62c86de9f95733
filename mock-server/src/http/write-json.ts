/**
 * Writes JSON. A `bigint`, which stands for a whole number beyond 2^53, is written as the number it is. Only a value that
 * has one takes the long way: `JSON.stringify` refuses it.
 */
export function writeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof TypeError) return written(value);
    throw error;
  }
}

function written(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if ("toJSON" in value && typeof value.toJSON === "function") return written(value.toJSON());
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([name, item]) => `${JSON.stringify(name)}:${written(item)}`);
  return `{${entries.join(",")}}`;
}
