import { refusing } from "#domain/errors.js";
import { webAddress } from "#http/web-address.js";

const refuse = refusing("checkout-invalid");

/** Characters of an address that a refusal repeats. */
const excerptMax = 100;

/**
 * Where a page of the sandbox leads back to, or null for nowhere. A browser would run a `javascript:` address as the page.
 *
 * @param name of the field that gives it
 * @rule BND-09 it is an http or https address, and nothing else
 * @throws DomainError checkout-invalid
 */
export function checkedReturnUrl(
  name: "return_url" | "cancel_url",
  text: string | null | undefined,
): string | null {
  if (text === null || text === undefined) return null;
  if (webAddress(text)) return text;
  throw refuse(
    "BND-09",
    `\`${name}\` is ${JSON.stringify(text.slice(0, excerptMax))} but must be an http or https address, such as https://example.com/thanks`,
  );
}
