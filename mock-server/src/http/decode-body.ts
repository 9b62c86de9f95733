import type { OperationFacts, Validator } from "@drawdown/spec/contract";
import type { Call } from "./call.js";
import { explain } from "./explain.js";
import { readJson } from "./read-json.js";
import { RequestError } from "./request-error.js";
import { restoreIntegers } from "./restore-integers.js";
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

/**
 * Reads and checks the JSON body of an operation.
 *
 * @rule ENT-24 fields the operation does not know are ignored
 * @rule ERR-05 a body that cannot be read is answered with a message that names the field
 * @throws RequestError body-incomplete, body-too-large, media-type, body-invalid
 */
export async function decodeBody(
  call: Call,
  operation: OperationFacts,
  validate: Validator,
  limits: BodyLimits,
): Promise<DecodedBody> {
  const text = await wholeText(call, limits.bytesMax);
  if (text === "" && !operation.isBodyRequired) return { value: {}, warnings: [] };
  checkMediaType(call.header("content-type"));
  const value = readJson(text);
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
  restoreIntegers(text, value);
  return { value, warnings };
}

const noBody: DecodedBody = { value: undefined, warnings: [] };

/**
 * Lets a body pass that the operation does not take: it has to be whole all the same.
 *
 * @throws RequestError body-incomplete, body-too-large
 */
export async function ignoreBody(call: Call, bytesMax: number): Promise<DecodedBody> {
  const isAnnounced =
    call.method !== "GET" &&
    ((call.header("content-length") ?? "0") !== "0" || call.header("transfer-encoding") !== null);
  if (isAnnounced) await wholeText(call, bytesMax);
  return noBody;
}

/**
 * @rule BDY-01 a call whose body breaks off is carried out by nothing
 * @rule EVT-17 a body over the limit is 413
 */
async function wholeText(call: Call, bytesMax: number): Promise<string> {
  let text: string | undefined;
  try {
    text = await call.text(bytesMax);
  } catch (error) {
    if (error instanceof RequestError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RequestError(
      "body-incomplete",
      "BDY-01",
      `not all of the body arrived (${reason}), so nothing was done; send the call again`,
    );
  }
  if (text !== undefined) return text;
  throw new RequestError(
    "body-too-large",
    "EVT-17",
    `the body is larger than ${bytesMax} bytes; send it in smaller parts, or start the sandbox with a higher body limit`,
  );
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
