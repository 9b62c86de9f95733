import { minorUnits, type Takes, text } from "../settings.js";
import { monthlyPrice, oneTimePrice, type Story, type Subscribed } from "../story.js";
import type { Recipe } from "./recipe.js";

const customer = "data.customer.customer_id";
const price = "data.recurring_pre_tax_amount";
const credits = "100";

const takesSubscription: Takes = {
  [customer]: text,
  [price]: minorUnits,
  "data.metadata.*": text,
};

const takesPayment: Takes = {
  [customer]: text,
  "data.total_amount": minorUnits,
  "data.metadata.*": text,
};

/** An event of a subscription that has just begun. */
const subscription = (
  does: string,
  cause: (story: Story, subscribed: Subscribed) => Promise<unknown>,
  terms = {},
): Recipe => ({
  does,
  takes: takesSubscription,
  knownBy: ["subscription_id"],
  play: async (story) => cause(story, await begin(story, terms)),
});

/** An event of a purchase without a subscription. */
const payment = (does: string, outcome: "succeeds" | "declined"): Recipe => ({
  does,
  takes: takesPayment,
  knownBy: ["payment_id"],
  async play(story) {
    const buyer = await holdingOf(story);
    const total = Number(story.wanted("data.total_amount", "500"));
    await story.checkout(await story.product(oneTimePrice(total), buyer, credits), buyer, outcome);
  },
});

const aDay = {
  payment_frequency_interval: "Day",
  subscription_period_count: 1,
  subscription_period_interval: "Day",
};

/** Recipes of the events of payments and subscriptions, by event. */
export const billingRecipes: { readonly [event: string]: Recipe } = {
  "payment.succeeded": payment("buys a pack of credits", "succeeds"),
  "payment.failed": payment("buys a pack of credits with a card that is declined", "declined"),
  "subscription.active": subscription("subscribes", async () => {}),
  "subscription.renewed": subscription("closes the cycle of a subscription", (story, it) =>
    story.closeCycle(it),
  ),
  "subscription.on_hold": subscription(
    "closes the cycle of a subscription whose card is declined",
    async (story, it) => {
      await story.failCard(it);
      await story.closeCycle(it);
    },
  ),
  "subscription.paused": subscription("pauses a subscription", (story, it) =>
    story.patch(it, { status: "paused" }),
  ),
  "subscription.unpaused": subscription(
    "pauses a subscription and goes on with it",
    async (story, it) => {
      await story.patch(it, { status: "paused" });
      await story.patch(it, { status: "active" });
    },
  ),
  "subscription.cancelled": subscription("cancels a subscription at once", (story, it) =>
    story.patch(it, { status: "cancelled" }),
  ),
  "subscription.expired": subscription(
    "subscribes for a day, and lets it pass",
    async (story, it) => {
      const { expires_at } = await story.subscription(it);
      if (expires_at) await story.advanceTo(expires_at);
    },
    aDay,
  ),
  "subscription.plan_changed": {
    does: "moves a subscription to another product",
    takes: takesSubscription,
    knownBy: ["subscription_id"],
    play: changePlan,
  },
  "subscription.updated": subscription("changes the metadata of a subscription", (story, it) =>
    story.patch(it, { metadata: { updated_by: "drawdown trigger", ...story.metadata } }),
  ),
};

/** A customer with a credit of their own. */
async function holdingOf(story: Story) {
  const customer_id = await story.customer(customer);
  return { customer_id, credit_entitlement_id: await story.entitlement([credits]) };
}

async function begin(story: Story, terms: object): Promise<Subscribed> {
  const plan = monthlyPrice(Number(story.wanted(price, "1000")), { ...terms });
  return story.subscribe(plan, await holdingOf(story), credits);
}

async function changePlan(story: Story): Promise<void> {
  const subscribed = await story.subscribe(monthlyPrice(), await holdingOf(story), credits);
  const dearer = monthlyPrice(Number(story.wanted(price, "2000")));
  await story.post(`/subscriptions/${subscribed.subscription_id}/change-plan`, {
    product_id: await story.product(dearer, subscribed, "200"),
    quantity: 1,
    proration_billing_mode: "prorated_immediately",
  });
}
