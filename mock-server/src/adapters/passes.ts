import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const cipher = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Passes of one server: each opens one checkout or portal session to whoever has it, and stands in the link in place of
 * the key, which no customer is to see. A pass is the key, sealed for that session with a secret that was drawn when the
 * server started. So it can be guessed from nothing, nothing is kept for it, and ids, which the seed decides, stay free of
 * chance: without a server there are no pages, and no passes.
 */
export class Passes {
  readonly #secret = randomBytes(32);

  /** A pass for the session with that id, made by the holder of a key. Letters that may stand in a path. */
  seal(key: string, id: string): string {
    const nonce = randomBytes(nonceBytes);
    const sealing = createCipheriv(cipher, this.#secret, nonce).setAAD(Buffer.from(id));
    const sealed = Buffer.concat([sealing.update(key, "utf8"), sealing.final()]);
    return Buffer.concat([nonce, sealing.getAuthTag(), sealed]).toString("base64url");
  }

  /** The key in a pass; undefined when it was not made here, or not for that session. */
  open(pass: string, id: string): string | undefined {
    const bytes = Buffer.from(pass, "base64url");
    if (bytes.length <= nonceBytes + tagBytes) return undefined;
    const opening = createDecipheriv(cipher, this.#secret, bytes.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    })
      .setAAD(Buffer.from(id))
      .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    try {
      const key = opening.update(bytes.subarray(nonceBytes + tagBytes));
      return Buffer.concat([key, opening.final()]).toString("utf8");
    } catch {
      return undefined;
    }
  }
}
