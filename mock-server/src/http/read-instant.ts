import { type Instant, parseInstant } from "../domain/time.js";
import { RequestError } from "./request-error.js";

/**
 * Reads a timestamp that has passed the document's `date-time` format.
 *
 * @param field how to name it in a message
 * @throws RequestError body-invalid for years the sandbox cannot print
 */
export function readInstant(text: string, field: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) {
    throw new RequestError(
      "body-invalid",
      "",
      `Your request body is invalid: \`${field}\` is ${JSON.stringify(text)} but must lie in the years 0001 to 9999`,
    );
  }
  return instant;
}
