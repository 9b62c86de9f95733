import { bareAddress } from "../http/web-address.js";
import { vendorHosts } from "./vendor-hosts.js";

/**
 * The addresses that stand for the service: the vendor's two, and those given besides.
 *
 * @returns each without a slash at the end
 * @throws TypeError when one is no absolute http or https address, or lies below another, which would answer for it
 */
export function readBaseUrls(given: string | readonly string[] = []): readonly string[] {
  const bases = vendorHosts.map((host) => `https://${host}`);
  for (const text of typeof given === "string" ? [given] : given) {
    const base = readBaseUrl(text);
    const covering = bases.find((it) => isBelow(base, it) || isBelow(it, base));
    if (covering !== undefined) {
      throw new TypeError(
        `\`baseUrl\` is ${JSON.stringify(text)}, but ${covering} is taken care of already; leave either out`,
      );
    }
    bases.push(base);
  }
  return bases;
}

/** Whether an address is that base, or one below it. */
export const isBelow = (address: string, base: string): boolean =>
  address === base || address.startsWith(`${base}/`);

function readBaseUrl(text: unknown): string {
  const url = bareAddress(text);
  if (url) return url.href.replace(/\/+$/, "");
  throw new TypeError(
    `\`baseUrl\` is ${JSON.stringify(text)} but must be an absolute http or https address such as http://localhost:3000/billing, without a query`,
  );
}
