import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  buy,
  meterLink,
  oneTimePrice,
  runMeters,
  sell,
  subscribe,
  usagePrice,
  use,
} from "../harness/storefront.js";
import { type Customer, type World, withOverage } from "../harness/world.js";
import { asOther } from "./support/entitlement-calls.js";
import { open } from "./support/open-holding.js";

interface Transaction {
  readonly at: string;
  readonly label: string;
  readonly description: string | null;
  readonly amount: string;
  readonly balance: string;
  readonly overage: string;
}
interface Section {
  readonly credit_entitlement_id: string;
  readonly name: string;
  readonly unit: string;
  readonly balance: string;
  readonly overage: string;
  readonly expiring: readonly { readonly expires_at: string; readonly amount: string }[];
  readonly transaction_count: number;
  readonly transactions: readonly Transaction[];
}
interface Portal {
  readonly customer_name: string;
  readonly return_url: string | null;
  readonly credits: readonly Section[];
}

/** Opens a portal session; answers the path of its link. */
async function session(world: World, { customer_id }: Customer, query = {}): Promise<string> {
  const args = { path: { customer_id }, query };
  const { link } = await world.ok<{ link: string }>("createCustomerPortalSession", args);
  return viewOf(new URL(link).pathname);
}

/** Where the control API has what a link shows. */
const viewOf = (path: string): string => `/_sandbox/portals/${path.split("/").at(-1)}`;

const view = async (world: World, customer: Customer): Promise<Portal> =>
  world.control("GET", await session(world, customer));

/** The movements, newest first, a line each: `Usage Deduction -30 : 70`. */
const lines = (section: Section | undefined) =>
  section?.transactions.map(
    (it) => `${it.label} ${it.amount.replace(/^(?=\d)/, "+")} : ${it.balance}`,
  );

scenario("CUS-06 a session answers 200 with a link of its own", async (world) => {
  const customer = await world.customer();
  const path = { customer_id: customer.customer_id };
  const { status, body } = await world.call("createCustomerPortalSession", { path });
  expect(status).toBe(200);
  expect(body).toEqual({
    link: expect.stringMatching(/^https?:\/\/.+\/_sandbox\/portal\/(?:[\w-]+\/)?cps_\w+$/),
  });
  expect(await session(world, customer)).not.toBe(await session(world, customer));
});

scenario("CUS-06 a link works for 24 hours", async (world) => {
  const customer = await world.customer();
  const path = await session(world, customer);
  await world.advance("2026-01-01T23:59:59Z");
  expect(await world.control("GET", path)).toMatchObject({ customer_name: "Ada" });
  const later = await session(world, customer);
  await world.advance("2026-01-02T00:00:01Z");
  expect((await world.raw("GET", path)).status).toBe(404);
  expect((await world.raw("GET", later)).status).toBe(200);
  expect((await world.raw("GET", "/_sandbox/portals/cps_none")).status).toBe(404);
});

scenario("CUS-06 send_email and return_url may be given", async (world) => {
  const customer = await world.customer();
  const return_url = "https://shop.example.com/account?tab=credits";
  const portal = await world.control(
    "GET",
    await session(world, customer, { send_email: true, return_url }),
  );
  expect(portal).toMatchObject({ customer_name: "Ada", return_url });
  expect((await view(world, customer)).return_url).toBeNull();
});

scenario("CUS-06 send_email is yes or no, and return_url an address", async (world) => {
  const { customer_id } = await world.customer();
  const path = { customer_id };
  for (const query of [{ send_email: "maybe" }, { return_url: "x".repeat(2049) }]) {
    await world.refused(422, "createCustomerPortalSession", { path, query });
  }
});

scenario("CUS-06 a customer nobody made, or somebody else, answers 404", async (world) => {
  const theirs = await asOther<Customer>(world, "POST", "/customers", {
    email: "eve@example.com",
    name: "Eve",
  });
  for (const customer_id of ["cus_none", theirs.body.customer_id]) {
    await world.refused(404, "createCustomerPortalSession", { path: { customer_id } });
  }
});

scenario("CUS-07 the portal shows a credit once the customer had some", async (world) => {
  const holding = await open(world);
  const images = await world.entitlement({ name: "Images", unit: "image" });
  const other = { ...holding, entitlement: images };
  expect((await view(world, holding.customer)).credits).toEqual([]);
  await world.credit(holding, "5");
  await world.debit(holding, "5");
  expect((await view(world, holding.customer)).credits).toMatchObject([
    {
      credit_entitlement_id: holding.entitlement.id,
      name: holding.entitlement.name,
      unit: holding.entitlement.unit,
      balance: "0",
      overage: "0",
    },
  ]);
  await world.credit(other, "8");
  const { credits } = await view(world, holding.customer);
  expect(credits.map((it) => `${it.name} ${it.balance} ${it.unit}`).sort()).toEqual([
    "Images 8 image",
    "Tokens 0 token",
  ]);
});

scenario("CUS-11 the portal names movements as customers know them", async (world) => {
  const holding = await open(world, withOverage());
  const { customer, entitlement } = holding;
  const price = usagePrice([meterLink(await world.meter(), entitlement)]);
  const plan = await sell(world, price, [attach(entitlement, "100")]);
  await subscribe(world, plan, customer);
  await world.advance("1h");
  await buy(world, await sell(world, oneTimePrice(), [attach(entitlement, "20")]), customer);
  await world.advance("1h");
  await world.credit(holding, "10", { reason: "Sorry" });
  await world.advance("1h");
  await use(world, customer, "e1", 30);
  await runMeters(world);
  await world.advance("1h");
  await world.debit(holding, "100");
  await world.advance("1h");
  await world.debit(holding, "7");
  const { credits } = await view(world, customer);
  expect(credits).toMatchObject([{ balance: "0", overage: "7" }]);
  expect(lines(credits[0])).toEqual([
    "Overage -7 : 0",
    "Usage Deduction -100 : 0",
    "Usage Deduction -30 : 100",
    "One-Time Credits +10 : 130",
    "One-Time Credits +20 : 120",
    "Credits with Subscription +100 : 100",
  ]);
  const ledger = await world.entries(holding);
  expect(credits[0]?.transactions.map((it) => [it.at, it.description])).toEqual(
    ledger.map((it) => [it.created_at, it.description ?? null]),
  );
});

scenario("CUS-10 the portal gives each movement with its sign and the balance", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "12", { reason: "Welcome" });
  await world.debit(holding, "5");
  const [section] = (await view(world, holding.customer)).credits;
  const at = "2026-01-01T00:00:00.000000Z";
  expect(section?.transactions).toEqual([
    { at, label: "Usage Deduction", description: null, amount: "-5", balance: "7", overage: "0" },
    {
      at,
      label: "One-Time Credits",
      description: "Welcome",
      amount: "+12",
      balance: "12",
      overage: "0",
    },
  ]);
});

scenario("CUS-25 the portal has the whole history, page by page", async (world) => {
  const holding = await open(world);
  const images = await world.entitlement({ name: "Images", unit: "image" });
  for (let count = 1; count <= 7; count++) await world.credit(holding, String(count));
  await world.credit({ ...holding, entitlement: images }, "100");
  const path = await session(world, holding.customer);
  const page = async (number: number): Promise<Section | undefined> => {
    const query = `credit_entitlement_id=${holding.entitlement.id}&page_number=${number}&page_size=3`;
    const { credits } = await world.control<Portal>("GET", `${path}?${query}`);
    expect(credits).toMatchObject([{ name: "Tokens", balance: "28", transaction_count: 7 }]);
    return credits[0];
  };
  expect(lines(await page(0))).toEqual(
    [7, 6, 5].map((it) => `One-Time Credits +${it} : ${sumTo(it)}`),
  );
  expect(lines(await page(1))).toEqual(
    [4, 3, 2].map((it) => `One-Time Credits +${it} : ${sumTo(it)}`),
  );
  expect(lines(await page(2))).toEqual(["One-Time Credits +1 : 1"]);
  expect(lines(await page(3))).toEqual([]);
});

scenario("CUS-25 one credit of a portal is one that the customer has", async (world) => {
  const holding = await open(world);
  const path = await session(world, holding.customer);
  for (const id of [holding.entitlement.id, "cde_none"]) {
    expect((await world.raw("GET", `${path}?credit_entitlement_id=${id}`)).status).toBe(404);
  }
  await world.credit(holding, "1");
  const found = await world.raw("GET", `${path}?credit_entitlement_id=${holding.entitlement.id}`);
  expect(found.status).toBe(200);
  for (const query of ["page_number=-1", "page_size=0", "page_size=101"]) {
    expect((await world.raw("GET", `${path}?${query}`)).status).toBe(422);
  }
});

scenario("CUS-26 the portal says what expires when, and not what never does", async (world) => {
  const holding = await open(world);
  await world.credit(holding, "5");
  const [soon, later] = ["2026-02-01T00:00:00.000000Z", "2026-03-01T00:00:00.000000Z"];
  await world.credit(holding, "20", { expires_at: later });
  await world.credit(holding, "10", { expires_at: soon });
  await world.credit(holding, "30", { expires_at: later });
  const expiring = async () => (await view(world, holding.customer)).credits[0]?.expiring;
  expect(await expiring()).toEqual([
    { expires_at: soon, amount: "10" },
    { expires_at: later, amount: "50" },
  ]);
  await world.advance(soon);
  expect(await expiring()).toEqual([{ expires_at: later, amount: "50" }]);
  await world.debit(holding, "30");
  expect(await expiring()).toEqual([{ expires_at: later, amount: "20" }]);
});

scenario("CUS-26 the portal lists the twenty instants of expiry that come first", async (world) => {
  const holding = await open(world);
  for (let day = 1; day <= 22; day++) {
    const expires_at = `2026-02-${String(day).padStart(2, "0")}T00:00:00Z`;
    await world.credit(holding, String(day), { expires_at });
  }
  const [section] = (await view(world, holding.customer)).credits;
  expect(section?.expiring.map((it) => it.amount)).toEqual(
    Array.from({ length: 20 }, (_, index) => String(index + 1)),
  );
});

scenario("CUS-27 the portal keeps overage apart from the balance", async (world) => {
  const holding = await open(world, withOverage());
  await world.credit(holding, "10");
  await world.debit(holding, "25");
  const portal = async () => (await view(world, holding.customer)).credits[0];
  expect(await portal()).toMatchObject({ balance: "0", overage: "15" });
  const moved = (await portal())?.transactions.map(
    (it) => `${it.amount} ${it.balance} ${it.overage}`,
  );
  expect(moved).toEqual(["-15 0 15", "-10 0 0", "+10 10 0"]);
});

const sumTo = (count: number): number => (count * (count + 1)) / 2;
scenario(
  "BND-09 a return_url that is no http or https address is refused by portals",
  async (world) => {
    const { customer_id } = await world.customer();
    for (const return_url of ["javascript:alert(1)", "data:text/html,x", "/account"]) {
      const { message } = await world.refused(422, "createCustomerPortalSession", {
        path: { customer_id },
        query: { return_url },
      });
      expect(message).toContain(
        `\`return_url\` is ${JSON.stringify(return_url)} but must be an http`,
      );
    }
  },
);
