import { DodoPaymentsError } from "../errors.js";

/**
 * Why a call in the older form was refused before anything was sent.
 *
 * @deprecated Goes with the older calls; the current ones are refused by the server, with an `APIError`.
 */
export type LegacyCallReason =
  | "ids_swapped"
  | "id_missing"
  | "number_not_exact"
  | "number_out_of_range"
  | "fields_disagree"
  | "value_unknown";

/**
 * A call in the older form that cannot be put into the current one. Nothing was sent.
 *
 * @deprecated Goes with the older calls; the current ones are refused by the server, with an `APIError`.
 */
export class LegacyCallError extends DodoPaymentsError {
  override name = "LegacyCallError";

  constructor(
    /** What is wrong, for a program; `message` says it for people. */
    readonly reason: LegacyCallReason,
    message: string,
  ) {
    super(message);
  }
}
