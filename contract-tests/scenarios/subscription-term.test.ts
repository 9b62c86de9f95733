import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  recurringPrice,
  sell,
  setCard,
  subscribe,
  subscriptionOf,
} from "../harness/storefront.js";
import type { World } from "../harness/world.js";
import { open } from "./support/open-holding.js";

type Holder = Awaited<ReturnType<typeof open>>;
type Fields = Readonly<Record<string, unknown>>;

/** A subscription to 100 credits a month for three months. */
async function begin(world: World, { entitlement, customer }: Holder, more: Fields = {}) {
  const price = recurringPrice({
    subscription_period_count: 3,
    subscription_period_interval: "Month",
    ...more,
  });
  return subscribe(world, await sell(world, price, [attach(entitlement, "100")]), customer);
}

const term = (subscription_period_count: number, subscription_period_interval?: string) => ({
  subscription_period_count,
  ...(subscription_period_interval === undefined ? {} : { subscription_period_interval }),
});

const args = (id: string, body: Fields) => ({ path: { subscription_id: id }, body });

const endOf = async (world: World, id: string) => (await subscriptionOf(world, id)).expires_at;

const extensions = [
  [term(4), "2026-05-01", 4, "Month"],
  [term(14, "Week"), "2026-04-09", 14, "Week"],
  [term(1, "Year"), "2027-01-01", 1, "Year"],
  [{ subscription_period_interval: "Year" }, "2029-01-01", 3, "Year"],
] as const;
for (const [body, end, count, interval] of extensions) {
  scenario(`SUB-56 ${JSON.stringify(body)} extends three months`, async (world) => {
    const id = await begin(world, await open(world));
    await world.advance("40d");
    await world.ok("updateSubscription", args(id, body));
    expect(await subscriptionOf(world, id)).toMatchObject({
      subscription_period_count: count,
      subscription_period_interval: interval,
      expires_at: `${end}T00:00:00.000000Z`,
    });
  });
}

scenario("SUB-56 an extended subscription renews for longer", async (world) => {
  const holding = await open(world);
  const id = await begin(world, holding);
  await world.ok("updateSubscription", args(id, term(4)));
  await world.advance("2026-04-30T23:59:59Z");
  expect((await subscriptionOf(world, id)).status).toBe("active");
  await world.advance("P1M");
  expect((await subscriptionOf(world, id)).status).toBe("expired");
  expect(await world.ledger(holding)).toBe(
    [0, 100, 200, 300].map((it) => `credit_added +100 : ${it}→${it + 100}, overage 0→0`).join("\n"),
  );
  expect(await world.audited()).toBe(4);
});

scenario("SUB-56 a term cannot become shorter or stay", async (world) => {
  const id = await begin(world, await open(world));
  const before = await subscriptionOf(world, id);
  for (const body of [
    term(2),
    term(3),
    term(3, "Month"),
    term(12, "Week"),
    term(90, "Day"),
    { subscription_period_interval: "Week" },
  ]) {
    await world.refused(422, "updateSubscription", args(id, body));
  }
  expect(await subscriptionOf(world, id)).toEqual(before);
});

scenario("SUB-56 the days of a trial come on top of the term", async (world) => {
  const id = await begin(world, await open(world), { trial_period_days: 14 });
  expect(await endOf(world, id)).toBe("2026-04-15T00:00:00.000000Z");
  await world.advance("5d");
  await world.ok("updateSubscription", args(id, term(4)));
  expect(await endOf(world, id)).toBe("2026-05-15T00:00:00.000000Z");
  await world.advance("2026-01-20T00:00:00Z");
  await world.ok("updateSubscription", args(id, term(5)));
  expect(await endOf(world, id)).toBe("2026-06-15T00:00:00.000000Z");
});

scenario("SUB-56 a longer term holds for one on hold as well", async (world) => {
  const plan = await sell(
    world,
    recurringPrice({ subscription_period_count: 2, subscription_period_interval: "Month" }),
    [],
  );
  const id = await subscribe(world, plan, await world.customer());
  await setCard(world, id, true);
  await world.advance("2026-02-10T00:00:00Z");
  await world.ok("updateSubscription", {
    path: { subscription_id: id },
    body: { subscription_period_count: 3, subscription_period_interval: "Month" },
  });
  await world.advance("2026-03-31T00:00:00Z");
  expect((await subscriptionOf(world, id)).status).toBe("on_hold");
  await world.advance("2026-04-01T00:00:00Z");
  expect((await subscriptionOf(world, id)).status).toBe("expired");
});
