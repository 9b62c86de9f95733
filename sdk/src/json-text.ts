import { DodoPaymentsError } from "./errors.js";

/**
 * A value as JSON.
 *
 * @throws DodoPaymentsError for a number that JSON has no form for: it would arrive as `null`
 */
export const jsonText = (body: unknown): string => JSON.stringify(body, refuseLostNumbers);

function refuseLostNumbers(name: string, value: unknown): unknown {
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  throw new DodoPaymentsError(`${name || "The body"} is ${value}: write a finite number.`);
}
