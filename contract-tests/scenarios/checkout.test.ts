import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  type Completed,
  complete,
  oneTimePrice,
  openCheckout,
  type Payment,
  type Product,
  recurringPrice,
  sell,
} from "../harness/storefront.js";
import type { Customer, World } from "../harness/world.js";
import { asOther } from "./support/entitlement-calls.js";

type Fields = Readonly<Record<string, unknown>>;
interface Session {
  readonly session_id: string;
  readonly checkout_url?: string | null;
  readonly payment_id?: string | null;
  readonly client_secret?: string | null;
  readonly publishable_key?: string | null;
}

const pack = (world: World) => sell(world, oneTimePrice(), []);

const line = (product: Product, more: Fields = {}) => ({
  product_id: product.product_id,
  quantity: 1,
  ...more,
});

const open = (world: World, product: Product, more: Fields = {}) =>
  world.ok<Session>("createCheckoutSession", { body: { product_cart: [line(product)], ...more } });

const status = (world: World, id: string) =>
  world.ok<Fields>("retrieveCheckoutSession", { path: { id } });

const payments = async (world: World) =>
  (await world.ok<{ items: Payment[] }>("listPayments")).items;

const customers = async (world: World) =>
  (await world.ok<{ items: Customer[] }>("listCustomers")).items;

const confirmed = (customer: Customer) => ({
  confirm: true,
  customer: { customer_id: customer.customer_id },
  billing_address: { country: "US" },
});

/** Tries to pay; answers the status and the code of the refusal. */
async function declinedToPay(world: World, id: string) {
  const response = await world.raw("POST", `/_sandbox/checkouts/${id}/complete`, {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ outcome: "succeeds" }),
  });
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, code };
}

scenario("CHK-01 a session answers 200 with its id and its address alone", async (world) => {
  const body = { product_cart: [line(await pack(world))] };
  const result = await world.call("createCheckoutSession", { body });
  expect(result.status).toBe(200);
  const session = result.body as Session; // its shape is checked next
  expect(session).toMatchObject({
    session_id: expect.stringMatching(/./),
    checkout_url: expect.stringMatching(/./),
  });
  const { payment_id, client_secret, publishable_key } = session;
  expect([payment_id ?? null, client_secret ?? null, publishable_key ?? null]).toEqual([
    null,
    null,
    null,
  ]);
  expect(await payments(world)).toEqual([]);
});

scenario("CHK-01 a confirmed session names its payment and its keys", async (world) => {
  const session = await open(world, await pack(world), confirmed(await world.customer()));
  const filled = expect.stringMatching(/./);
  expect(session).toMatchObject({
    payment_id: filled,
    client_secret: filled,
    publishable_key: filled,
  });
  expect(await status(world, session.session_id)).toMatchObject({ payment_id: session.payment_id });
});

scenario("CHK-32 the payment of a confirmed session is there at once", async (world) => {
  const [product, customer] = [await pack(world), await world.customer()];
  const { session_id, payment_id } = await open(world, product, confirmed(customer));
  const path = { payment_id: payment_id ?? "" };
  const waiting = await world.ok<Payment>("retrievePayment", { path });
  expect(waiting).toMatchObject({
    payment_id,
    status: "requires_payment_method",
    total_amount: 500,
    checkout_session_id: session_id,
    customer: { customer_id: customer.customer_id },
    billing: { country: "US" },
    payment_method: null,
    card_last_four: null,
    card_network: null,
  });
  expect((await payments(world)).map((it) => it.payment_id)).toEqual([payment_id]);
  expect((await status(world, session_id))["payment_status"]).toBe("requires_payment_method");
  await world.advance("1m");
  expect(await complete(world, session_id)).toMatchObject({ status: "succeeded", payment_id });
  expect(await world.ok<Payment>("retrievePayment", { path })).toMatchObject({
    status: "succeeded",
    card_last_four: "4242",
    created_at: waiting.created_at,
  });
  expect(await payments(world)).toHaveLength(1);
});

scenario("CHK-32 an email of a confirmed session has its customer at once", async (world) => {
  const customer = { email: "grace@example.com", name: "Grace" };
  const feature_flags = { always_create_new_customer: true };
  const body = { confirm: true, customer, feature_flags, billing_address: { country: "US" } };
  const { session_id, payment_id } = await open(world, await pack(world), body);
  const path = { payment_id: payment_id ?? "" };
  expect(await world.ok("retrievePayment", { path })).toMatchObject({ customer });
  for (const outcome of ["declined", "succeeds"] as const) {
    await complete(world, session_id, outcome);
  }
  expect(await customers(world)).toHaveLength(1);
});

scenario("CHK-32 nobody can be charged who is not named", async (world) => {
  const product_cart = [line(await pack(world))];
  const body = { product_cart, confirm: true };
  const { message } = await world.refused(422, "createCheckoutSession", { body });
  expect(message).toContain("`customer` is missing");
  expect(await payments(world)).toEqual([]);
});

scenario("CHK-02 the address leads to the sandbox, and ends in the id", async (world) => {
  const product = await pack(world);
  const sessions = [await open(world, product), await open(world, product)];
  for (const { checkout_url, session_id } of sessions) {
    const url = new URL(checkout_url ?? "");
    expect(url.pathname.endsWith(`/${session_id}`)).toBe(true);
    expect(url.href.endsWith(session_id)).toBe(true);
    expect(url.hostname).not.toContain("dodopayments");
  }
  expect(sessions[0]?.session_id).not.toBe(sessions[1]?.session_id);
});

scenario("CHK-03 an empty cart has a code of its own", async (world) => {
  const error = await world.refused(422, "createCheckoutSession", { body: { product_cart: [] } });
  expect(error.code).toBe("PRODUCT_CART_EMTPY");
});

scenario("CHK-03 a cart is needed, and a product and quantity in it", async (world) => {
  const product = await pack(world);
  const wrong: readonly Fields[] = [
    {},
    { product_cart: null },
    { product_cart: [{ quantity: 1 }] },
    { product_cart: [{ product_id: product.product_id }] },
    ...[0, -1, 1.5, "1", null].map((quantity) => ({ product_cart: [line(product, { quantity })] })),
  ];
  for (const body of wrong) await world.refused(422, "createCheckoutSession", { body });
  const bare = { addons: null, amount: null, credit_entitlements: null };
  const product_cart = [line(product, bare), line(product, { quantity: 2 })];
  expect((await world.call("createCheckoutSession", { body: { product_cart } })).status).toBe(200);
});

scenario("CHK-04 a cart takes no product that is unknown", async (world) => {
  const product = await pack(world);
  const unknown = { product_id: "pdt_none", quantity: 1 };
  const theirs = await asOther<Product>(world, "POST", "/products", {
    name: "Theirs",
    tax_category: "saas",
    price: oneTimePrice(),
  });
  expect(theirs.status).toBe(200);
  for (const product_cart of [[unknown], [line(product), unknown], [line(theirs.body)]]) {
    await world.refused(422, "createCheckoutSession", { body: { product_cart } });
  }
});

scenario("CHK-04 a cart takes no archived product", async (world) => {
  const [kept, gone] = [await pack(world), await pack(world)];
  const path = { id: gone.product_id };
  await world.ok("archiveProduct", { path });
  for (const product_cart of [[line(gone)], [line(kept), line(gone)]]) {
    const error = await world.refused(422, "createCheckoutSession", { body: { product_cart } });
    expect(error.code).toBe("PRODUCT_IS_DELETED");
  }
  await open(world, kept);
  await world.ok("unarchiveProduct", { path });
  await open(world, gone);
});

scenario("CHK-05 a session may name nobody", async (world) => {
  const { session_id } = await open(world, await pack(world));
  const shown = await status(world, session_id);
  expect([shown["customer_email"] ?? null, shown["customer_name"] ?? null]).toEqual([null, null]);
  expect(await customers(world)).toEqual([]);
});

scenario("CHK-05 an email already known means that customer", async (world) => {
  const ada = await world.customer({ email: "ada@example.com", name: "Ada" });
  const product = await pack(world);
  for (const customer of [{ email: ada.email }, { email: ada.email, name: "Other" }]) {
    const paid = await complete(world, (await open(world, product, { customer })).session_id);
    expect(paid).toMatchObject({ status: "succeeded", customer_id: ada.customer_id });
  }
  expect(await customers(world)).toHaveLength(1);
});

scenario("CHK-05 a null beside the other of id and email counts as absent", async (world) => {
  const ada = await world.customer();
  const product = await pack(world);
  for (const customer of [
    { customer_id: ada.customer_id, email: null },
    { customer_id: null, email: ada.email, name: null, phone_number: null },
  ]) {
    const paid = await complete(world, (await open(world, product, { customer })).session_id);
    expect(paid.customer_id).toBe(ada.customer_id);
  }
  const body = { product_cart: [line(product)], customer: { customer_id: null, email: null } };
  const { message } = await world.refused(422, "createCheckoutSession", { body });
  expect(message).toMatch(/neither `customer_id` nor `email`/);
});

scenario("CUS-15 a checkout knows an email in another case", async (world) => {
  const ada = await world.customer({ email: "Ada@example.com", name: "Ada" });
  await world.customer({ email: "ada@Example.com", name: "Younger" });
  const product = await pack(world);
  for (const email of ["ada@example.com", "ADA@EXAMPLE.COM", "Ada@example.com"]) {
    const { session_id } = await open(world, product, { customer: { email } });
    expect((await complete(world, session_id)).customer_id).toBe(ada.customer_id);
    const { items } = await world.ok<{ items: Customer[] }>("listCustomers", { query: { email } });
    expect(items.map((it) => it.name)).toEqual(["Younger", "Ada"]);
  }
  expect((await customers(world)).map((it) => it.email).sort()).toEqual([
    "Ada@example.com",
    "ada@Example.com",
  ]);
});

scenario("CHK-05 an email nobody has makes a customer", async (world) => {
  const ada = await world.customer();
  const customer = { email: "grace@example.com", name: "Grace" };
  const { session_id } = await open(world, await pack(world), { customer });
  const { customer_id } = await complete(world, session_id);
  expect(customer_id).not.toBe(ada.customer_id);
  expect(await world.ok("retrieveCustomer", { path: { customer_id } })).toMatchObject(customer);
  expect(await customers(world)).toHaveLength(2);
});

scenario("CHK-05 a flag makes a new customer of a known email", async (world) => {
  const ada = await world.customer();
  const product = await pack(world);
  const pay = async (always_create_new_customer: boolean) => {
    const customer = { email: ada.email, name: "Ada" };
    const feature_flags = { always_create_new_customer };
    const { session_id } = await open(world, product, { customer, feature_flags });
    return (await complete(world, session_id)).customer_id;
  };
  expect(await pay(false)).toBe(ada.customer_id);
  expect(await customers(world)).toHaveLength(1);
  expect(await pay(true)).not.toBe(ada.customer_id);
  expect((await customers(world)).map((it) => it.email)).toEqual([ada.email, ada.email]);
});

scenario("CHK-06 a customer who does not exist cannot check out", async (world) => {
  const product_cart = [line(await pack(world))];
  const theirs = await asOther<Customer>(world, "POST", "/customers", {
    email: "eve@example.com",
    name: "Eve",
  });
  expect(theirs.status).toBe(200);
  for (const customer_id of ["cus_none", theirs.body.customer_id]) {
    const body = { product_cart, customer: { customer_id } };
    await world.refused(422, "createCheckoutSession", { body });
  }
  expect(await customers(world)).toEqual([]);
});

scenario("CHK-07 a session can be paid for 24 hours", async (world) => {
  const [product, customer] = [await pack(world), await world.customer()];
  const paid = await openCheckout(world, product, customer);
  const late = await openCheckout(world, product, customer);
  await world.advance("2026-01-01T23:59:59Z");
  expect(await complete(world, paid)).toMatchObject({ status: "succeeded" });
  await world.advance("2026-01-02T00:00:01Z");
  expect(await declinedToPay(world, late)).toMatchObject({ status: 422 });
  expect(await payments(world)).toHaveLength(1);
  expect((await status(world, late))["payment_id"] ?? null).toBeNull();
});

scenario("CHK-07 a confirmed session can be paid for 15 minutes", async (world) => {
  const [product, customer] = [await pack(world), await world.customer()];
  const paid = await open(world, product, confirmed(customer));
  const late = await open(world, product, confirmed(customer));
  await world.advance("2026-01-01T00:14:59Z");
  expect(await complete(world, paid.session_id)).toMatchObject({ status: "succeeded" });
  await world.advance("2026-01-01T00:15:01Z");
  expect(await declinedToPay(world, late.session_id)).toMatchObject({ status: 422 });
});

for (const [name, more, last, end] of [
  ["24 hours", () => ({}), "2026-01-01T23:59:59.999Z", "2026-01-02T00:00:00Z"],
  ["15 minutes", confirmed, "2026-01-01T00:14:59.999Z", "2026-01-01T00:15:00Z"],
] as const) {
  scenario(`CHK-07 the ${name} of a session end with their last instant`, async (world) => {
    const [product, customer] = [await pack(world), await world.customer()];
    const paid = await open(world, product, { customer, ...more(customer) });
    const late = await open(world, product, { customer, ...more(customer) });
    await world.advance(last);
    expect(await complete(world, paid.session_id)).toMatchObject({ status: "succeeded" });
    await world.advance(end);
    expect(await declinedToPay(world, late.session_id)).toEqual({
      status: 422,
      code: "CHECKOUT_SESSION_EXPIRED",
    });
  });
}

scenario("CHK-08 a session shows who buys and how the payment stands", async (world) => {
  const customer = await world.customer();
  await world.advance("5m");
  const id = await openCheckout(world, await pack(world), customer);
  await world.advance("5m");
  const opened = {
    id,
    created_at: "2026-01-01T00:05:00.000000Z",
    customer_email: customer.email,
    customer_name: customer.name,
  };
  const shown = await status(world, id);
  expect(shown).toMatchObject(opened);
  expect([shown["payment_id"] ?? null, shown["payment_status"] ?? null]).toEqual([null, null]);
  const { payment_id }: Completed = await complete(world, id);
  expect(await status(world, id)).toMatchObject({
    ...opened,
    payment_id,
    payment_status: "succeeded",
  });
});

scenario("CHK-08 a session shows a payment that failed", async (world) => {
  const id = await openCheckout(world, await pack(world), await world.customer());
  const { payment_id } = await complete(world, id, "declined");
  expect(await status(world, id)).toMatchObject({ payment_id, payment_status: "failed" });
});

scenario("CHK-08 a session nobody opened answers 404", async (world) => {
  await open(world, await sell(world, recurringPrice(), []));
  const error = await world.refused(404, "retrieveCheckoutSession", { path: { id: "cks_none" } });
  expect(error.code).toBe("NOT_FOUND");
});

const leadsNowhere = [
  "javascript:alert(document.domain)",
  "JavaScript:alert(1)//https://shop.example.com",
  " javascript:alert(1)",
  "java\nscript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "file:///etc/passwd",
  "blob:https://shop.example.com/1",
  "ftp://shop.example.com",
  "myapp://thanks",
  "/thanks",
  "//shop.example.com",
  "thanks",
  "https://",
  "",
];

scenario(
  "BND-09 a return_url that is no http or https address is refused by checkouts",
  async (world) => {
    const product = await pack(world);
    const body = { product_cart: [{ product_id: product.product_id, quantity: 1 }] };
    const cancelling = { ...body, cancel_url: "javascript:alert(1)" };
    const given = await world.refused(422, "createCheckoutSession", { body: cancelling });
    expect(given.message).toContain('`cancel_url` is "javascript:alert(1)" but must be an http');
    for (const return_url of leadsNowhere) {
      const { message } = await world.refused(422, "createCheckoutSession", {
        body: { ...body, return_url },
      });
      expect(message).toContain(
        `\`return_url\` is ${JSON.stringify(return_url)} but must be an http`,
      );
    }
    for (const return_url of [
      "http://localhost:3000/thanks?a=1#b",
      "HTTPS://shop.example.com",
      null,
    ]) {
      const { session_id } = await world.ok<Session>("createCheckoutSession", {
        body: { ...body, return_url },
      });
      const view = await world.control<Fields>("GET", `/_sandbox/checkouts/${session_id}`);
      expect(view["return_url"]).toBe(return_url);
    }
  },
);
