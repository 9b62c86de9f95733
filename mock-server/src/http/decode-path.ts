import { RequestError } from "./request-error.js";

/** Letters an id may have. The service publishes no bound; nothing it makes is a tenth as long. */
const idLengthMax = 255;

/**
 * Decodes the parameters of a path.
 *
 * @rule SDK-22 they arrive percent-encoded
 * @throws RequestError path-malformed
 */
export function decodePath(
  path: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const decoded: Record<string, string> = {};
  for (const [name, segment] of Object.entries(path)) decoded[name] = decode(name, segment);
  return decoded;
}

function decode(name: string, segment: string): string {
  const text = segment.includes("%") ? percentDecoded(name, segment) : segment;
  if (text.length <= idLengthMax || [...text].length <= idLengthMax) return text;
  throw malformed(
    `\`${name}\` has ${[...text].length} characters in the path but ids have at most ${idLengthMax}`,
  );
}

function percentDecoded(name: string, segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw malformed(
      `\`${name}\` is "${segment}" in the path, which is not valid percent-encoding; encode the id with encodeURIComponent`,
    );
  }
}

const malformed = (message: string): RequestError =>
  new RequestError("path-malformed", "EVT-30", message);
