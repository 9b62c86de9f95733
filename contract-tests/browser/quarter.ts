import DodoPayments from "dodopayments";
import { readDeliveries, readEvents, readLedgers } from "./retelling.js";
import { openShop, type Shop } from "./shop.js";

/** How a sandbox is reached. */
export interface Way {
  readonly fetch: (url: string | URL | Request, init?: RequestInit) => Promise<Response>;
  readonly baseURL: string;
}

/** What the sandbox is to be made with: its clock stands still until the quarter moves it. */
export const quarter = { at: "2026-01-01T00:00:00Z", frozen: true, seed: "quarter" };

const key = "dodo_test_quarter";

/**
 * The first quarter of a customer who subscribes, uses credits by meter and by hand, overdraws, rolls over, lets credits
 * expire and buys a pack, all through the official client.
 *
 * @returns every answer on the way, in order, and at the end the ledgers, grants, events and deliveries, as JSON text.
 *   Links have no base URL and no pass, which are a server's own, and signatures, which hold the real time, are left out once they are verified
 */
export async function liveQuarter({ fetch, baseURL }: Way): Promise<string> {
  const answers: unknown[] = [];
  const client = new DodoPayments({
    bearerToken: key,
    baseURL,
    maxRetries: 0,
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      const path = String(url).slice(baseURL.length);
      answers.push([init?.method, path, response.status, await response.clone().text()]);
      return response;
    },
  });
  const shop = await openShop(client);
  await firstMonth(shop);
  await secondMonth(shop);
  await thirdMonth(shop);
  const end = { ...(await readLedgers(shop)), events: await readEvents(shop) };
  const told = await readDeliveries({ ...shop, client: client.withOptions({ fetch }) });
  return JSON.stringify({ ...end, ...told, answers }, null, 1)
    .replaceAll(baseURL, "")
    .replaceAll(/(?<=\/_sandbox\/(?:pay|portal)\/)[\w-]+\//g, "");
}

/** Signs up with a second card, uses more than there is, and is refused twice. */
async function firstMonth(shop: Shop): Promise<void> {
  const { client, customer, images } = shop;
  await buy(shop, shop.plan.product_id, "declined");
  await buy(shop, shop.plan.product_id);
  await use(shop, "january-1", 640.5);
  await advance(client, "5m");
  await use(shop, "january-2", 300);
  await client.post("/_sandbox/meters/run");
  await buy(shop, shop.pack.product_id);
  const draw = { credit_entitlement_id: images.id, entry_type: "debit" } as const;
  const { balances } = client.creditEntitlements;
  const once = { ...draw, amount: "12", idempotency_key: "gallery", reason: "A gallery" };
  await balances.createLedgerEntry(customer, once);
  await refused(() => balances.createLedgerEntry(customer, once));
  await refused(() => balances.createLedgerEntry(customer, { ...draw, amount: "19" }));
  await advance(client, "P1M");
}

/** Leaves credits to roll over, and a pack to expire. */
async function secondMonth(shop: Shop): Promise<void> {
  const { client, customer, tokens } = shop;
  await use(shop, "february", 100);
  await client.creditEntitlements.balances.createLedgerEntry(customer, {
    credit_entitlement_id: tokens.id,
    entry_type: "credit",
    amount: "0.75",
    expires_at: "2026-02-10T00:00:00Z",
    reason: "Sorry",
    metadata: { ticket: "17" },
  });
  await advance(client, "2026-03-01T00:00:00Z");
}

/** Pays late, and is given the portal. */
async function thirdMonth(shop: Shop): Promise<void> {
  const { client, customer } = shop;
  const { items } = await client.subscriptions.list();
  const card = `/_sandbox/subscriptions/${items[0]?.subscription_id}/card`;
  await client.put(card, { body: { fails: true } });
  await advance(client, "P1M");
  await client.put(card, { body: { fails: false } });
  await client.customers.customerPortal.create(customer);
}

async function buy({ client, customer }: Shop, product_id: string, outcome = "succeeds") {
  const { session_id } = await client.checkoutSessions.create({
    product_cart: [{ product_id, quantity: 1 }],
    customer: { customer_id: customer },
  });
  await client.post(`/_sandbox/checkouts/${session_id}/complete`, { body: { outcome } });
}

const use = ({ client, customer }: Shop, event_id: string, tokens: number) =>
  client.usageEvents.ingest({
    events: [{ event_id, customer_id: customer, event_name: "tokens.used", metadata: { tokens } }],
  });

const advance = (client: DodoPayments, to: string) =>
  client.post("/_sandbox/clock/advance", { body: /^\d{4}-/.test(to) ? { to } : { by: to } });

async function refused(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof DodoPayments.APIError) return;
    throw error;
  }
  throw new Error("nothing was refused");
}
