import DodoPayments from "dodopayments";

/** Whose credits, of which kind, and the product that adds to them. */
export interface Account {
  readonly customer: string;
  readonly credit: string;
  readonly pack: string;
}

/**
 * The client of the server. A page that waits is worse off than one that says what is wrong, so nothing is tried twice.
 *
 * @param bearerToken the key, which is on the server and nowhere else
 */
export const connect = (bearerToken: string): DodoPayments =>
  new DodoPayments({ bearerToken, environment: "test_mode", maxRetries: 0, timeout: 5000 });
