/**
 * The hosts that the official client calls.
 *
 * @rule SDK-14 that of test mode, and that of live mode, which is its default
 */
export const vendorHosts: readonly string[] = ["test.dodopayments.com", "live.dodopayments.com"];
