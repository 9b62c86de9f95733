/** The hosts that the official client calls: of test mode, and of live mode, which is its default. */
export const vendorHosts: readonly string[] = ["test.dodopayments.com", "live.dodopayments.com"];
