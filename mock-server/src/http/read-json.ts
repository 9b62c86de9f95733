import { nameOf } from "./name-of.js";
import { RequestError } from "./request-error.js";

/** As deep as the service's own parser goes. */
const depthMax = 128;

/** A number that is possibly too large for a double, or possibly whole and too long for one. Most bodies have none. */
const unusualNumber = /\d{16}|\d[eE]\+?\d{3}/;

/**
 * Reads a JSON text.
 *
 * @rule EVT-16 malformed JSON and schema violations are 422
 * @rule BDY-04 a number beyond what a double holds is refused, wherever it stands
 * @throws RequestError body-invalid
 */
export function readJson(text: string): unknown {
  if (depthOf(text) > depthMax) {
    throw invalid("EVT-16", `it is nested more than ${depthMax} levels deep; flatten it`);
  }
  const value = parse(text);
  if (unusualNumber.test(text)) {
    const steps = infinityIn(value);
    if (steps) {
      throw invalid(
        "BDY-04",
        `${nameOf(steps)} is a number larger than 1.7976931348623157e308, which no number here can be; send a smaller one`,
      );
    }
  }
  return value;
}

const invalid = (rule: string, reason: string): RequestError =>
  new RequestError("body-invalid", rule, `Your request body is invalid: ${reason}`);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(
      "EVT-16",
      text === "" ? "it is empty; send a JSON object" : `it is not JSON (${reason.slice(0, 200)})`,
    );
  }
}

/** Whether the text is JSON. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The path of the first number that came out infinite, outermost step first. */
function infinityIn(value: unknown): readonly string[] | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : [];
  if (typeof value !== "object" || value === null) return undefined;
  for (const step of Object.keys(value)) {
    const found = infinityIn(Reflect.get(value, step));
    if (found) return [step, ...found];
  }
  return undefined;
}

/** How deep the brackets of a JSON text nest; brackets inside strings do not count. */
function depthOf(text: string): number {
  if (text.length <= depthMax) return 0;
  let [depth, deepest, isInString] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // "
        isInString = !isInString;
        break;
      case 0x5c: // \ escapes the next character
        if (isInString) i++;
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (!isInString && ++depth > deepest) deepest = depth;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        if (!isInString) depth--;
    }
  }
  return deepest;
}
