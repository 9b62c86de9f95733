import type { IncomingMessage } from "node:http";

/**
 * The body of a request as text.
 *
 * @returns `undefined` as soon as it is known to be longer than the limit; the rest is not read
 * @throws Error when the body breaks off: before its end, or before the length that its header announced
 */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const tooLong = () => {
      request.off("data", take);
      request.pause();
      resolve(undefined);
    };
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > limitBytes) tooLong();
      else chunks.push(chunk);
    };
    if (Number(request.headers["content-length"] ?? 0) > limitBytes) return tooLong();
    const breakOff = () => reject(new Error("the body broke off"));
    if (request.destroyed && !request.complete) return breakOff();
    request.on("data", take);
    request.on("end", () =>
      resolve(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString()),
    );
    // After an end these come too late to change anything.
    request.on("error", breakOff);
    request.on("close", breakOff);
  });
}
