import { amount, percent, type Takes, text, truth, wholeAmount } from "../settings.js";
import { monthlyPrice, oneTimePrice, type Story } from "../story.js";
import type { Recipe } from "./recipe.js";

const holder: Takes = { "data.customer_id": text, "data.credit_entitlement_id": text };
const knownBy = ["customer_id", "credit_entitlement_id"] as const;

const rollover = {
  rollover_enabled: true,
  rollover_percentage: 100,
  rollover_timeframe_count: 1,
  rollover_timeframe_interval: "Month",
};

const overage = {
  overage_enabled: true,
  overage_behavior: "forgive_at_reset",
  price_per_unit: "1",
  currency: "USD",
};

/** Recipes of the events that the ledger sends, by event. */
export const creditRecipes: { readonly [event: string]: Recipe } = {
  "credit.added": {
    does: "buys a pack of credits",
    takes: { "data.amount": amount, ...holder, "data.metadata.*": text },
    knownBy,
    async play(story) {
      const credits = story.wanted("data.amount", "100");
      const holding = await story.holding(credits);
      await story.checkout(await story.product(oneTimePrice(), holding, credits), holding);
    },
  },
  "credit.deducted": {
    does: "meters usage of a subscription",
    takes: { "data.amount": wholeAmount, ...holder },
    knownBy,
    async play(story) {
      const used = BigInt(story.wanted("data.amount", "25"));
      const subscribed = await story.subscribeMetered(await story.holding(), atLeast(100n, used));
      await story.use(subscribed, used);
    },
  },
  "credit.expired": {
    does: "adds credits that end in a minute, and lets it pass",
    takes: { "data.amount": amount, ...holder },
    knownBy,
    async play(story) {
      const credits = story.wanted("data.amount", "100");
      const { credit_entitlement_id, customer_id } = await story.holding(credits);
      const expires_at = new Date((await story.now()) + 60_000).toISOString();
      const ledger = `/credit-entitlements/${credit_entitlement_id}/balances/${customer_id}/ledger-entries`;
      await story.post(ledger, { entry_type: "credit", amount: credits, expires_at });
      await story.advanceTo(expires_at);
    },
  },
  "credit.rolled_over": {
    does: "closes the cycle of a subscription whose credits roll over",
    takes: { "data.amount": amount, ...holder },
    knownBy,
    play: (story) => closeCycleWith(story, rollover),
  },
  "credit.rollover_forfeited": {
    does: "closes the cycle of a subscription whose credits may roll over no more",
    takes: { "data.amount": amount, ...holder },
    knownBy,
    play: (story) => closeCycleWith(story, { ...rollover, max_rollover_count: 0 }),
  },
  "credit.overage_charged": {
    does: "meters more usage than there are credits",
    takes: { "data.amount": wholeAmount, ...holder },
    knownBy,
    play: overdraw,
  },
  "credit.overage_reset": {
    does: "meters more usage than there are credits, and closes the cycle",
    takes: { "data.amount": wholeAmount, ...holder },
    knownBy,
    async play(story) {
      await story.closeCycle(await overdraw(story));
    },
  },
  "credit.manual_adjustment": {
    does: "moves credits as the dashboard does",
    takes: { "data.amount": amount, "data.is_credit": truth, "data.description": text, ...holder },
    knownBy,
    play: adjust,
  },
  "credit.balance_low": {
    does: "meters usage of a subscription until its threshold is passed",
    takes: {
      "data.threshold_percent": percent,
      "data.available_balance": wholeAmount,
      "data.subscription_credits_amount": wholeAmount,
      "data.credit_entitlement_name": text,
      ...holder,
    },
    knownBy: [...knownBy, "subscription_id"],
    play: runLow,
  },
};

async function closeCycleWith(story: Story, behaviour: object): Promise<void> {
  const credits = story.wanted("data.amount", "100");
  const holding = await story.holding(credits);
  await story.closeCycle(await story.subscribe(monthlyPrice(), holding, credits, { ...behaviour }));
}

/** Uses up all there is, and the amount asked for on top. */
async function overdraw(story: Story) {
  const beyond = BigInt(story.wanted("data.amount", "30"));
  const subscribed = await story.subscribeMetered(await story.holding(), "100", overage);
  await story.use(subscribed, (await story.balance(subscribed)) + beyond);
  return subscribed;
}

async function adjust(story: Story): Promise<void> {
  const credits = story.wanted("data.amount", "50");
  const { credit_entitlement_id, customer_id } = await story.holding(credits);
  const entries = `/_sandbox/balances/${credit_entitlement_id}/${customer_id}/entries`;
  const entry = (entry_type: string) =>
    story.post(entries, {
      transaction_type: "manual_adjustment",
      entry_type,
      amount: credits,
      reason: story.wanted("data.description", "Adjusted by drawdown trigger"),
    });
  await entry("credit");
  if (story.wanted("data.is_credit", "true") === "false") await entry("debit");
}

async function runLow(story: Story): Promise<void> {
  const credits = BigInt(story.wanted("data.subscription_credits_amount", "100"));
  const share = BigInt(story.wanted("data.threshold_percent", "20"));
  const left = story.settings.get("data.available_balance");
  const subscribed = await story.subscribeMetered(await story.holding(), String(credits), {
    low_balance_threshold_percent: Number(share),
  });
  // The balance has to end below the threshold, not on it.
  const justBelow = (credits * share - 1n) / 100n;
  const until = left === undefined ? justBelow : BigInt(left);
  await story.use(subscribed, (await story.balance(subscribed)) - until);
}

const atLeast = (least: bigint, other: bigint): string => String(other > least ? other : least);
