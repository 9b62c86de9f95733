import type { components } from "@drawdown/spec/dodo";
import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  oneTimePrice,
  type Payment,
  recurringPrice,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
} from "../harness/storefront.js";
import type { Customer, World } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Fields = Readonly<Record<string, unknown>>;
type Schemas = components["schemas"];
type Wallet = Schemas["CustomerWalletResponse"];
type Wallets = Schemas["CustomerWalletsResponse"];
type Movement = Schemas["CustomerWalletTransactionResponse"];

const pathOf = ({ customer_id }: Customer) => ({ customer_id });

const wallets = (world: World, customer: Customer): Promise<Wallets> =>
  world.ok("listWallets", { path: pathOf(customer) });

const held = async (world: World, customer: Customer, currency = "USD") =>
  (await wallets(world, customer)).items.find((it) => it.currency === currency)?.balance;

const entry = (amount: unknown, more: Fields = {}): Fields => ({
  amount,
  currency: "USD",
  entry_type: "credit",
  ...more,
});

const post = (world: World, customer: Customer, body: Fields): Promise<Wallet> =>
  world.ok("createWalletLedgerEntry", { path: pathOf(customer), body });

const movements = async (world: World, customer: Customer, query = {}) =>
  (
    await world.ok<{ items: readonly Movement[] }>("listWalletLedgerEntries", {
      path: pathOf(customer),
      query,
    })
  ).items;

/** The movements, oldest first, a line each: `payment -300 USD : 300→0`. */
const moved = async (world: World, customer: Customer): Promise<readonly string[]> =>
  (await movements(world, customer, { page_size: 100 }))
    .map(
      (it) =>
        `${it.event_type} ${it.is_credit ? "+" : "-"}${it.amount} ${it.currency} : ${it.before_balance}→${it.after_balance}`,
    )
    .reverse();

/** The payments of a subscription, oldest first. */
async function paymentsOf(world: World, id: string): Promise<readonly string[]> {
  const query = { subscription_id: id, page_size: 100 };
  const { items } = await world.ok<{ items: Payment[] }>("listPayments", { query });
  return items.map((it) => `${it.status} ${it.total_amount}`).reverse();
}

/** A customer of a plan of 10 USD a month, who then gets money. */
async function subscriber(world: World, amount: number, currency = "USD") {
  const customer = await world.customer();
  const id = await subscribe(world, await sell(world, recurringPrice(), []), customer);
  await post(world, customer, entry(amount, { currency }));
  return { customer, id };
}

scenario("WAL-01 a customer has two empty wallets from the start", async (world) => {
  const customer = await world.customer();
  await world.advance("1d");
  const { items, total_balance_usd } = await wallets(world, customer);
  expect(total_balance_usd).toBe(0);
  expect(items.map((it) => it.currency).sort()).toEqual(["INR", "USD"]);
  for (const it of items) {
    expect(it).toMatchObject({
      customer_id: customer.customer_id,
      balance: 0,
      created_at: "2026-01-01T00:00:00.000000Z",
    });
  }
  expect(await movements(world, customer)).toEqual([]);
});

scenario("WAL-01 money is a whole number of minor units, USD or INR", async (world) => {
  const customer = await world.customer();
  const wrong = [
    ...[0, -1, 1.5, "5", null].map((amount) => entry(amount)),
    ...["EUR", "usd", null].map((currency) => entry(5, { currency })),
    ...["grant", null].map((entry_type) => entry(5, { entry_type })),
    entry(5, { reason: "x".repeat(1001) }),
    entry(5, { idempotency_key: "" }),
  ];
  for (const body of wrong) {
    await world.refused(422, "createWalletLedgerEntry", { path: pathOf(customer), body });
  }
  expect(await moved(world, customer)).toEqual([]);
});

scenario("WAL-01 a customer nobody made has no wallets", async (world) => {
  const path = { customer_id: "cus_none" };
  await world.refused(404, "listWallets", { path });
  await world.refused(404, "listWalletLedgerEntries", { path });
  await world.refused(404, "createWalletLedgerEntry", { path, body: entry(5) });
});

scenario("WAL-02 each currency has its balance, and dollars their total", async (world) => {
  const [ada, grace] = [await world.customer(), await world.customer({ email: "g@example.com" })];
  await post(world, ada, entry(500));
  await post(world, ada, entry(900, { currency: "INR" }));
  expect([await held(world, ada), await held(world, ada, "INR")]).toEqual([500, 900]);
  expect((await wallets(world, ada)).total_balance_usd).toBe(500);
  expect([await held(world, grace), await held(world, grace, "INR")]).toEqual([0, 0]);
});

scenario("WAL-03 a movement is shown with all there is to it", async (world) => {
  const customer = await world.customer();
  await post(world, customer, entry(500, { reason: "Welcome" }));
  await world.advance("1h");
  await post(world, customer, entry(200, { entry_type: "debit" }));
  const [debit, credit] = await movements(world, customer);
  expect(credit).toMatchObject({
    customer_id: customer.customer_id,
    business_id: customer.business_id,
    currency: "USD",
    amount: 500,
    is_credit: true,
    before_balance: 0,
    after_balance: 500,
    event_type: "merchant_adjustment",
    reason: "Welcome",
    created_at: "2026-01-01T00:00:00.000000Z",
  });
  expect(debit).toMatchObject({
    amount: 200,
    is_credit: false,
    before_balance: 500,
    after_balance: 300,
    event_type: "merchant_adjustment",
    created_at: "2026-01-01T01:00:00.000000Z",
  });
  expect(credit?.reference_object_id ?? null).toBeNull();
  expect(debit?.reason ?? null).toBeNull();
  expect(debit?.id).not.toBe(credit?.id);
});

scenario("WAL-03 movements are listed by page and by currency", async (world) => {
  const customer = await world.customer();
  for (const amount of [1, 2, 3]) {
    await post(world, customer, entry(amount));
    await post(world, customer, entry(amount * 10, { currency: "INR" }));
    await world.advance("1m");
  }
  const amounts = async (query = {}) =>
    (await movements(world, customer, query)).map((it) => it.amount);
  expect(await amounts()).toEqual([30, 3, 20, 2, 10, 1]);
  expect(await amounts({ currency: "INR" })).toEqual([30, 20, 10]);
  expect(await amounts({ currency: "USD", page_size: 2, page_number: 1 })).toEqual([1]);
  expect(await amounts({ page_number: 1 })).toEqual([]);
  const path = pathOf(customer);
  for (const query of [{ page_size: 101 }, { page_number: -1 }]) {
    await world.refused(422, "listWalletLedgerEntries", { path, query });
  }
});

scenario("WAL-04 an entry answers 200 with the wallet after it", async (world) => {
  const customer = await world.customer();
  await world.advance("1h");
  const path = pathOf(customer);
  const expected = {
    customer_id: customer.customer_id,
    currency: "USD",
    created_at: "2026-01-01T00:00:00.000000Z",
    updated_at: "2026-01-01T01:00:00.000000Z",
  };
  for (const [entry_type, balance] of [
    ["credit", 70],
    ["debit", 0],
  ] as const) {
    const body = entry(70, { entry_type });
    const { status, body: wallet } = await world.call("createWalletLedgerEntry", { path, body });
    expect({ status, wallet }).toEqual({ status: 200, wallet: { ...expected, balance } });
  }
});

scenario("WAL-05 a debit above the balance answers 400", async (world) => {
  const customer = await world.customer();
  await post(world, customer, entry(100));
  await post(world, customer, entry(900, { currency: "INR" }));
  const path = pathOf(customer);
  const body = entry(101, { entry_type: "debit" });
  const { code } = await world.refused(400, "createWalletLedgerEntry", { path, body });
  expect(code).toBe("INSUFFICIENT_WALLET_FUNDS");
  expect(await held(world, customer)).toBe(100);
  await post(world, customer, entry(100, { entry_type: "debit" }));
  expect(await moved(world, customer)).toEqual([
    "merchant_adjustment +100 USD : 0→100",
    "merchant_adjustment +900 INR : 0→900",
    "merchant_adjustment -100 USD : 100→0",
  ]);
});

scenario("WAL-06 a repeated key answers as at first and moves nothing", async (world) => {
  const customer = await world.customer();
  const keyed = entry(100, { idempotency_key: "once" });
  const first = await post(world, customer, keyed);
  await world.advance("1h");
  await post(world, customer, entry(5));
  expect(await post(world, customer, keyed)).toEqual(first);
  expect(await post(world, customer, { ...keyed, amount: 7, entry_type: "debit" })).toEqual(first);
  expect(await moved(world, customer)).toEqual([
    "merchant_adjustment +100 USD : 0→100",
    "merchant_adjustment +5 USD : 100→105",
  ]);
});

scenario("WAL-06 a key is one customer's own", async (world) => {
  const [ada, grace] = [await world.customer(), await world.customer({ email: "g@example.com" })];
  const keyed = entry(100, { idempotency_key: "once" });
  await post(world, ada, keyed);
  await post(world, grace, keyed);
  expect([await held(world, ada), await held(world, grace)]).toEqual([100, 100]);
  for (const more of [{}, { idempotency_key: null }]) await post(world, ada, entry(1, more));
  expect(await held(world, ada)).toBe(102);
});

scenario("WAL-07 a wallet pays renewals as far as it reaches", async (world) => {
  const { customer, id } = await subscriber(world, 1500);
  await world.advance("2026-02-01T00:00:00Z");
  expect(await held(world, customer)).toBe(500);
  await world.advance("2026-04-01T00:00:00Z");
  expect(await moved(world, customer)).toEqual([
    "merchant_adjustment +1500 USD : 0→1500",
    "payment -1000 USD : 1500→500",
    "payment -500 USD : 500→0",
  ]);
  expect(await paymentsOf(world, id)).toEqual(Array(4).fill("succeeded 1000"));
});

scenario("WAL-07 a wallet pays a checkout, which it names", async (world) => {
  const customer = await world.customer();
  await post(world, customer, entry(300));
  const { payment_id } = await buy(world, await sell(world, oneTimePrice(), []), customer);
  expect(await world.ok("retrievePayment", { path: { payment_id } })).toMatchObject({
    status: "succeeded",
    total_amount: 500,
  });
  const [newest] = await movements(world, customer);
  expect(newest).toMatchObject({
    amount: 300,
    is_credit: false,
    before_balance: 300,
    after_balance: 0,
    event_type: "payment",
    reference_object_id: payment_id,
  });
});

scenario("WAL-07 a wallet that pays it all needs no card", async (world) => {
  const { customer, id } = await subscriber(world, 1000);
  await setCard(world, id, true);
  await world.advance("2026-02-01T00:00:00Z");
  expect((await subscriptionOf(world, id)).status).toBe("active");
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "succeeded 1000"]);
  expect(await held(world, customer)).toBe(0);
});

const listed = async (world: World) => (await world.ok<{ items: Payment[] }>("listPayments")).items;

const means = async (world: World, payment_id: string) => {
  const { payment_method, payment_method_type, card_last_four, card_network, card_type } =
    await world.ok<Payment>("retrievePayment", { path: { payment_id } });
  return [payment_method, payment_method_type, card_last_four, card_network, card_type];
};

scenario("WAL-10 what the wallet pays alone names no card", async (world) => {
  const customer = await world.customer();
  const pack = await sell(world, oneTimePrice(), []);
  await post(world, customer, entry(700));
  const alone = await buy(world, pack, customer);
  expect(await means(world, alone.payment_id)).toEqual(Array(5).fill(null));
  expect((await listed(world))[0]).toMatchObject({ payment_method: null, card_network: null });
  const shared = await buy(world, pack, customer);
  const card = ["card", "credit", "4242", "VISA", "credit"];
  expect(await means(world, shared.payment_id)).toEqual(card);
  const free = await sell(world, oneTimePrice({ price: 0 }), []);
  expect(await means(world, (await buy(world, free, customer)).payment_id)).toEqual(card);
});

scenario("WAL-10 a renewal from the wallet names no card either", async (world) => {
  await subscriber(world, 1000);
  await world.advance("2026-02-01T00:00:00Z");
  expect((await listed(world)).map((it) => it.card_last_four)).toEqual([null, "4242"]);
  await world.advance("2026-03-01T00:00:00Z");
  expect((await listed(world))[0]?.card_last_four).toBe("4242");
});

scenario("WAL-07 a payment that fails takes nothing from the wallet", async (world) => {
  const { customer, id } = await subscriber(world, 400);
  await setCard(world, id, true);
  await world.advance("2026-02-01T00:00:00Z");
  expect((await subscriptionOf(world, id)).status).toBe("on_hold");
  expect(await held(world, customer)).toBe(400);
  await setCard(world, id, false);
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "failed 1000", "succeeded 1000"]);
  expect(await moved(world, customer)).toEqual([
    "merchant_adjustment +400 USD : 0→400",
    "payment -400 USD : 400→0",
  ]);
});

scenario("WAL-07 a declined checkout takes nothing from the wallet", async (world) => {
  const customer = await world.customer();
  await post(world, customer, entry(300));
  const pack = await sell(world, oneTimePrice(), []);
  expect((await buy(world, pack, customer, {}, "declined")).status).toBe("failed");
  expect(await moved(world, customer)).toEqual(["merchant_adjustment +300 USD : 0→300"]);
});

scenario("WAL-07 a wallet pays in its own currency only", async (world) => {
  const { customer, id } = await subscriber(world, 100000, "INR");
  await world.advance("2026-02-01T00:00:00Z");
  expect(await paymentsOf(world, id)).toEqual(["succeeded 1000", "succeeded 1000"]);
  expect(await held(world, customer, "INR")).toBe(100000);
  const pack = await sell(world, oneTimePrice({ currency: "INR", price: 30000 }), []);
  await buy(world, pack, customer);
  expect(await held(world, customer, "INR")).toBe(70000);
});

scenario("WAL-07 a charge on demand may leave the wallet alone", async (world) => {
  const customer = await world.customer();
  const on_demand = { mandate_only: true };
  const plan = await sell(world, recurringPrice(), []);
  const subscription_id = await subscribe(world, plan, customer, {
    subscription_data: { on_demand },
  });
  await post(world, customer, entry(1000));
  const charge = (more: Fields) =>
    world.ok("chargeSubscription", {
      path: { subscription_id },
      body: { product_price: 300, ...more },
    });
  await charge({ customer_balance_config: { allow_customer_credits_usage: false } });
  expect(await held(world, customer)).toBe(1000);
  await charge({ customer_balance_config: { allow_customer_credits_usage: true } });
  expect(await held(world, customer)).toBe(700);
  await charge({});
  expect(await held(world, customer)).toBe(400);
});

scenario("WAL-08 credits never pay an invoice", async (world) => {
  const holding = await open(world);
  const plan = await sell(world, recurringPrice(), [attach(holding.entitlement, "100")]);
  const id = await subscribe(world, plan, holding.customer);
  await world.credit(holding, "1000000");
  await setCard(world, id, true);
  await world.advance("2026-02-01T00:00:00Z");
  expect((await subscriptionOf(world, id)).status).toBe("on_hold");
  expect((await world.balance(holding)).balance).toBe("1000100");
});

scenario("WAL-08 money in a wallet is no credit", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "5");
  await post(world, holding.customer, entry(700));
  await post(world, holding.customer, entry(200, { entry_type: "debit" }));
  expect((await world.debit(holding, "6")).status).toBe(400);
  expect(await world.ledger(holding)).toBe("credit_added +5 : 0→5, overage 0→0");
  expect(await held(world, holding.customer)).toBe(500);
});

scenario("ERR-10 the merchant's own ledger is not served", async (world) => {
  await post(world, await world.customer(), entry(700));
  const answer = await world.raw("GET", "/balances/ledger");
  expect([answer.status, await answer.json()]).toMatchObject([
    501,
    { code: "NOT_SERVED_BY_DRAWDOWN" },
  ]);
});

scenario("WAL-07 rupees make no declined card pay dollars", async (world) => {
  const { customer, id } = await subscriber(world, 100000, "INR");
  await setCard(world, id, true);
  await world.advance("2026-02-01T00:00:00Z");
  expect((await subscriptionOf(world, id)).status).toBe("on_hold");
  expect(await paymentsOf(world, id)).toEqual(["failed 1000", "succeeded 1000"].reverse());
  await setCard(world, id, false);
  expect(await held(world, customer, "INR")).toBe(100000);
  const { payment_id } = await buy(world, await sell(world, oneTimePrice(), []), customer);
  expect(await world.ok("retrievePayment", { path: { payment_id } })).toMatchObject({
    total_amount: 500,
    currency: "USD",
  });
  expect(await moved(world, customer)).toEqual(["merchant_adjustment +100000 INR : 0→100000"]);
});
