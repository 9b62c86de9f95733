import { vendorHosts } from "../adapters/vendor-hosts.js";
import type { Fetch } from "../http/call.js";
import { withoutRootDot } from "../http/loopback.js";

/**
 * A `fetch` that takes calls to the vendor's hosts elsewhere and leaves all others alone.
 *
 * @param onward answers what is meant for the vendor
 * @param real the `fetch` for everything else
 */
export const redirectFetch =
  (onward: Fetch, real: Fetch): Fetch =>
  async (input, init) =>
    isForVendor(input) ? onward(input, init) : real(input, init);

/**
 * Calls the same path of a running sandbox, with everything else as it was given.
 *
 * @param base its address, without a slash at the end
 */
export const onwardTo =
  (base: string, real: Fetch): Fetch =>
  async (input, init) => {
    const { pathname, search } = new URL(addressOf(input));
    const url = `${base}${pathname}${search}`;
    return real(input instanceof Request ? new Request(url, input) : url, init);
  };

const addressOf = (input: string | URL | Request): string =>
  input instanceof Request ? input.url : String(input);

/**
 * Whatever scheme and port are given: nothing meant for the vendor is to leave the machine.
 *
 * @rule BND-15 a dot at the end of a host changes nothing
 */
function isForVendor(input: string | URL | Request): boolean {
  const address = addressOf(input);
  return URL.canParse(address) && vendorHosts.includes(withoutRootDot(new URL(address).hostname));
}
