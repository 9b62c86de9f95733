import { type OperationId, plainHttp } from "../harness/clients.js";
import {
  attach,
  buy,
  meterLink,
  oneTimePrice,
  type Payment,
  type Product,
  recurringPrice,
  runMeters,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { inProcess } from "../harness/transports.js";
import { type Entitlement, type Holding, type LedgerEntry, World } from "../harness/world.js";
import {
  type Change,
  line,
  type PlanName,
  prices,
  type Status,
  type Terms,
} from "./second-model.js";

const day = 24 * 60 * 60_000;

/** A fresh sandbox whose one customer has just bought the plan. */
export async function openLife(terms: Terms) {
  const opened = await inProcess.open({ at: terms.start, frozen: true });
  const world = new World("dodo_test_l", opened, plainHttp.connect(opened, "dodo_test_l"));
  const entitlement = await world.entitlement(entitlementOf(terms));
  if (terms.policy !== null) {
    await world.control("PATCH", "/_sandbox/policy", Object.fromEntries([terms.policy.split("=")]));
  }
  const { plans, packProduct } = await sellAll(world, terms, entitlement);
  const customer = await world.customer();
  const holding = { entitlement, customer };
  const id = await subscribe(
    world,
    plans.basic,
    customer,
    terms.trial === null ? {} : { subscription_data: { trial_period_days: terms.trial.days } },
  );
  let [now, events] = [Date.parse(terms.start), 0];

  const subscription = () => subscriptionOf(world, id);
  let known = await subscription();
  const refresh = async () => {
    known = await subscription();
  };

  return {
    world,
    id,
    get now() {
      return now;
    },
    get next() {
      return Date.parse(known.next_billing_date);
    },
    get status() {
      return known.status as Status; // the model never meets the others, and differing is what is tested
    },
    async use(units: number) {
      events += 1;
      await use(world, customer, `event-${events}`, units);
    },
    async credit(amount: number, days: number | null) {
      const more = days === null ? {} : { expires_at: new Date(now + days * day).toISOString() };
      const { status } = await world.credit(holding, String(amount), more);
      if (status !== 201) throw new Error(`a credit answered ${status}`);
    },
    async debit(amount: number) {
      return (await world.debit(holding, String(amount))).status === 201;
    },
    async buyPack() {
      await buy(world, packProduct, customer);
    },
    ...subscriptionActions(world, id, plans, refresh),
    async passTo(to: number) {
      now = to;
      await world.advance(new Date(to).toISOString());
      await refresh();
    },
    runMeters: () => runMeters(world),
    entries: () => everyPage<LedgerEntry>((query) => world.entries(holding, query)),
    visible: () => visibleIn(world, holding, id),
  };
}

type Plans = Awaited<ReturnType<typeof sellAll>>["plans"];

/** What can be done to the subscription; each looks at it again afterwards. */
function subscriptionActions(world: World, id: string, plans: Plans, refresh: () => Promise<void>) {
  /** Calls an operation on the subscription; answers whether it was accepted. */
  const accepted = async (operation: OperationId, body?: object) => {
    const path = { subscription_id: id };
    const { status } = await world.call(operation, body === undefined ? { path } : { path, body });
    await refresh();
    return status < 300;
  };

  return {
    async setCard(fails: boolean) {
      await setCard(world, id, fails);
      await refresh();
    },
    changePlan({ plan, quantity, mode, onFailure }: Change, later: boolean) {
      return accepted("changePlan", {
        product_id: plans[plan].product_id,
        quantity,
        proration_billing_mode: later ? "full_immediately" : mode,
        effective_at: later ? "next_billing_date" : "immediately",
        on_payment_failure: onFailure,
      });
    },
    takeBackChange: () => accepted("cancelScheduledPlanChange"),
    pause: () => accepted("updateSubscription", { status: "paused" }),
    resume: () => accepted("updateSubscription", { status: "active" }),
    async closeCycle() {
      const path = `/_sandbox/subscriptions/${id}/close-cycle`;
      const { status } = await world.raw("POST", path);
      await refresh();
      return status < 300;
    },
    async cancelAtEnd() {
      await world.ok("updateSubscription", {
        path: { subscription_id: id },
        body: { cancel_at_next_billing_date: true },
      });
      await refresh();
    },
    async cancelNow() {
      await world.ok("updateSubscription", {
        path: { subscription_id: id },
        body: { status: "cancelled" },
      });
      await refresh();
    },
  };
}

/** Everything a caller can see, in the words of the model. */
async function visibleIn(world: World, holding: Holding, id: string) {
  const entries = await everyPage((query) => world.entries(holding, query));
  const grants = await everyPage((query) => world.grants(holding, query));
  const payments = await everyPage(async (query) => {
    const { items } = await world.ok<{ items: readonly Payment[] }>("listPayments", { query });
    return items;
  });
  const now = await subscriptionOf(world, id);
  const held = entries.length === 0 ? { balance: "0", overage: "0" } : await world.balance(holding);
  return {
    ledger: entries
      .map((it) =>
        line(
          it.transaction_type,
          it.is_credit ? "+" : "-",
          it.amount,
          it.balance_before,
          it.balance_after,
          it.overage_before,
          it.overage_after,
          Date.parse(it.created_at),
        ),
      )
      .reverse(),
    grants: grants
      .map(
        (it) =>
          `${it.remaining_amount} of ${it.initial_amount} ${it.source_type} #${it.rollover_count}` +
          ` until ${it.expires_at ? iso(it.expires_at) : "ever"}` +
          `${it.is_expired ? " expired" : ""}${it.is_rolled_over ? " rolled over" : ""}`,
      )
      .reverse(),
    balance: held.balance,
    overage: held.overage,
    status: now.status,
    previous: iso(now.previous_billing_date),
    next: iso(now.next_billing_date),
    expires: iso(now.expires_at ?? 0),
    cancelledAt: now.cancelled_at ? iso(now.cancelled_at) : null,
    // Whether a payment of nothing is kept no rule says.
    payments: payments
      .filter((it) => it.total_amount > 0)
      .map((it) => `${it.total_amount} ${it.status} at ${iso(it.created_at)}`)
      .reverse(),
  };
}

/** The plans and the pack that a life is about. */
async function sellAll(world: World, terms: Terms, entitlement: Entitlement) {
  const { trial, pack } = terms;
  const meter = await world.meter();
  const sellPlan = (name: PlanName, price: object, more: object = {}) =>
    sell(world, { ...price, subscription_period_count: terms.termYears }, [
      attach(entitlement, String(terms.plans[name].amount), {
        proration_behavior: terms.plans[name].prorates ? "prorate" : "no_prorate",
        ...more,
      }),
    ]);
  const metered = (price: number) =>
    usagePrice([meterLink(meter, entitlement, String(terms.unitsPerCredit))], {
      fixed_price: price,
    });
  const plans: Readonly<Record<PlanName, Product>> = {
    basic: await sellPlan(
      "basic",
      metered(prices.basic),
      trial === null
        ? {}
        : {
            trial_credits: trial.credits === null ? null : String(trial.credits),
            trial_credits_expire_after_trial: trial.endWithTrial,
          },
    ),
    pro: await sellPlan("pro", metered(prices.pro)),
    seats: await sellPlan("seats", recurringPrice({ price: prices.seats })),
  };
  const packProduct = await sell(world, oneTimePrice({ price: prices.pack }), [
    attach(entitlement, String(pack.amount), { expires_after_days: pack.days }),
  ]);
  return { plans, packProduct };
}

export const iso = (at: string | number): string => new Date(at).toISOString();

const entitlementOf = (terms: Terms) => ({
  expires_after_days: terms.lifeDays,
  overage_behavior: terms.behavior,
  overage_enabled: terms.overage !== "off",
  overage_limit: typeof terms.overage === "number" ? terms.overage : null,
  price_per_unit: String(prices.overage),
  currency: "USD",
  rollover_enabled: terms.rollover !== null,
  rollover_percentage: terms.rollover?.percentage ?? null,
  max_rollover_count: terms.rollover?.max ?? null,
  ...(terms.rollover?.timeframe
    ? {
        rollover_timeframe_count: terms.rollover.timeframe === "1 Month" ? 1 : 10,
        rollover_timeframe_interval: terms.rollover.timeframe === "1 Month" ? "Month" : "Day",
      }
    : {}),
});

async function everyPage<Item>(
  fetch: (query: Record<string, number>) => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  for (let page = 0; ; page += 1) {
    const items = await fetch({ page_number: page, page_size: 100 });
    all.push(...items);
    if (items.length < 100) return all;
  }
}
