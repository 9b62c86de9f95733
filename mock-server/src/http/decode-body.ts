import type { OperationFacts, Validator } from "@drawdown/spec/contract";
import type { Call } from "./call.js";
import { explain } from "./explain.js";
import { RequestError } from "./request-error.js";
import { unknownFields } from "./unknown-fields.js";

export interface BodyLimits {
  readonly bytesMax: number;
  /** Whether a field the operation does not know refuses the request instead of warning. */
  readonly isStrict: boolean;
}

export interface DecodedBody {
  readonly value: unknown;
  /** One sentence for each field that was ignored. */
  readonly warnings: readonly string[];
}

/** As deep as the service's own parser goes. */
const depthMax = 128;

/**
 * Reads and checks the JSON body of an operation.
 *
 * @rule EVT-16 malformed JSON and schema violations are 422
 * @rule EVT-17 a body over the limit is 413
 * @rule ENT-24 fields the operation does not know are ignored
 * @rule ERR-05 a body that cannot be read is answered with a message that names the field
 * @throws RequestError body-too-large, media-type, body-invalid
 */
export async function decodeBody(
  call: Call,
  operation: OperationFacts,
  validate: Validator,
  limits: BodyLimits,
): Promise<DecodedBody> {
  const text = await call.text(limits.bytesMax);
  if (text === undefined) {
    throw new RequestError(
      "body-too-large",
      "EVT-17",
      `the body is larger than ${limits.bytesMax} bytes; send it in smaller parts, or start the sandbox with a higher body limit`,
    );
  }
  if (text === "" && !operation.isBodyRequired) return { value: {}, warnings: [] };
  checkMediaType(call.header("content-type"));
  const value = parse(text);
  const tree = operation.body;
  if (!validate(value)) {
    throw new RequestError(
      "body-invalid",
      "ERR-05",
      `Your request body is invalid: ${explain(validate.errors ?? [], value, tree)}`,
    );
  }
  const warnings = tree ? unknownFields(tree, value) : [];
  if (warnings.length > 0 && limits.isStrict) {
    throw new RequestError(
      "body-invalid",
      "",
      `Your request body is invalid in strict mode: ${warnings.join("; ")}`,
    );
  }
  return { value, warnings };
}

function checkMediaType(header: string | null): void {
  const type = header?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/json" || /^application\/[\w.-]+\+json$/.test(type)) return;
  throw new RequestError(
    "media-type",
    "",
    `the Content-Type header is ${header === null ? "missing" : JSON.stringify(header)} but must be application/json`,
  );
}

function parse(text: string): unknown {
  if (depthOf(text) > depthMax) {
    throw new RequestError(
      "body-invalid",
      "EVT-16",
      `Your request body is invalid: it is nested more than ${depthMax} levels deep; flatten it`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RequestError(
      "body-invalid",
      "EVT-16",
      text === ""
        ? "Your request body is invalid: it is empty; send a JSON object"
        : `Your request body is invalid: it is not JSON (${reason.slice(0, 200)})`,
    );
  }
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
