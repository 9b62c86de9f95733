/**
 * Every question that sources answer differently, by the name of its switch; the first value is what Drawdown does
 * unless told otherwise. The letters name the conflict in spec/behaviours.yaml.
 */
export const switches = {
  /** C1: which grants are drawn first. */
  consumptionOrder: ["fifo", "earliest_expiry"],
  /** C6: what a used idempotency key of the credit ledger does. */
  idempotency: ["conflict", "replay"],
  /** C7: how entries made by the API are booked. */
  apiEntriesAs: ["credit_entry", "manual_adjustment"],
  /** C9: whether numbers sent as text are aggregated. */
  numericStrings: ["counted", "ignored"],
  /** C10: whether the free units of a meter are free of credits too. */
  freeThresholdOnCredits: ["ignored", "applied"],
  /** C14b: type of the figures in the credit cart of a subscription. */
  cartAmounts: ["string", "number"],
  /** C14c: type of the figures of a ledger entry in its webhook. */
  webhookAmounts: ["string", "number"],
  /** C14: type of the figures on the balance object. */
  balanceAmounts: ["string", "number"],
  /** C15: whether an immediate plan change begins a new period. */
  planChangeDates: ["reset", "unchanged"],
  /** C43: whether a round of plan changes is settled, or each change grants by itself. */
  planChangeBack: ["settled", "granted"],
  /** C18: which grants repay overage that repays itself. */
  autoRepay: ["every_grant", "next_cycle"],
  /** C20: how the part that a rollover percentage leaves behind is booked. */
  percentageLossAs: ["credit_expired", "rollover_forfeited"],
  /** C25: whether usage-based subscriptions can change their plan. */
  usageBasedPlanChange: ["allowed", "refused"],
  /** C26: whether a checkout may override the credits of an attached entitlement. */
  checkoutCreditAmounts: ["allowed", "refused"],
  /** C28: what an endpoint with an empty event filter gets. */
  emptyEventFilter: ["all", "none"],
  /** C29: how a write with a read-only key is refused, with 403 or with 401 and no body. */
  readOnlyWrites: ["forbidden", "unauthorized"],
  /** CHK-29: whether a customer may have a second subscription. */
  severalSubscriptions: ["allowed", "refused"],
} as const;

export type Switch = keyof typeof switches;

/** How a sandbox answers the questions that sources answer differently. */
export type Policy = { readonly [Name in Switch]: (typeof switches)[Name][number] };

/** As the documents say, with the readings chosen in spec/behaviours.yaml where they disagree. */
export const documented: Policy = {
  consumptionOrder: "fifo",
  idempotency: "conflict",
  apiEntriesAs: "credit_entry",
  numericStrings: "counted",
  freeThresholdOnCredits: "ignored",
  cartAmounts: "string",
  webhookAmounts: "string",
  balanceAmounts: "string",
  planChangeDates: "reset",
  planChangeBack: "settled",
  autoRepay: "every_grant",
  percentageLossAs: "credit_expired",
  usageBasedPlanChange: "allowed",
  checkoutCreditAmounts: "allowed",
  emptyEventFilter: "all",
  readOnlyWrites: "forbidden",
  severalSubscriptions: "allowed",
};

/** As public logs and reports saw the service answer, where that differs from the documents. */
const observed: Policy = {
  ...documented,
  balanceAmounts: "number",
  cartAmounts: "number",
  webhookAmounts: "number",
  idempotency: "replay",
  readOnlyWrites: "unauthorized",
};

export const profiles = { documented, observed } as const;

export type Profile = keyof typeof profiles;

const switchNames = Object.keys(switches) as readonly Switch[]; // the keys of the literal above

/** The profile a policy adds up to. */
export const profileOf = (policy: Policy): Profile | "custom" =>
  (["documented", "observed"] as const).find((name) =>
    switchNames.every((it) => policy[it] === profiles[name][it]),
  ) ?? "custom";

/** A policy with some switches set otherwise, after all were set to a profile if one is named. */
export const changedPolicy = (
  policy: Policy,
  { profile, ...changes }: Partial<Policy> & { readonly profile?: Profile },
): Policy => ({ ...(profile ? profiles[profile] : policy), ...changes });

/**
 * Reads a policy that a person wrote: the name of a profile, or switches with their values, with a `profile` among
 * them or without.
 *
 * @throws TypeError that names the switch, its value and the values there are
 */
export function readPolicy(written: string | Readonly<Record<string, unknown>>): Policy {
  if (typeof written !== "string" && (typeof written !== "object" || written === null)) {
    throw new TypeError(
      `\`policy\` is ${JSON.stringify(written)} but must be the name of a profile or an object of switches`,
    );
  }
  const { profile = "documented", ...changes } =
    typeof written === "string" ? { profile: written } : written;
  if (profile !== "documented" && profile !== "observed") {
    throw new TypeError(
      `\`policy\` names the profile ${JSON.stringify(profile)}; there are documented and observed`,
    );
  }
  for (const [name, value] of Object.entries(changes)) {
    const values: readonly unknown[] | undefined = isSwitch(name) ? switches[name] : undefined;
    if (!values) {
      throw new TypeError(
        `\`policy\` sets ${JSON.stringify(name)}, which is no switch; there are ${switchNames.join(", ")}`,
      );
    }
    if (!values.includes(value)) {
      throw new TypeError(
        `\`policy\` sets ${name} to ${JSON.stringify(value)}; it can be ${values.join(" or ")}`,
      );
    }
  }
  return changedPolicy(profiles[profile], changes);
}

const isSwitch = (name: string): name is Switch => Object.hasOwn(switches, name);
