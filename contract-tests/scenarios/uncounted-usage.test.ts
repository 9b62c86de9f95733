import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  attach,
  meterLink,
  runMeters,
  sell,
  subscribe,
  usagePrice,
} from "../harness/storefront.js";
import type { World } from "../harness/world.js";

interface Readings {
  readonly items: readonly {
    readonly events: number;
    readonly uncounted: readonly unknown[];
  }[];
  readonly unmetered: readonly unknown[];
}

/** A customer on a plan whose meter sums `tokens` of `tokens.used`. */
async function metered(world: World, meterFields: object = {}) {
  const entitlement = await world.entitlement();
  const customer = await world.customer();
  const meter = await world.meter({ ...meterFields });
  const price = usagePrice([meterLink(meter, entitlement)]);
  const plan = await sell(world, price, [attach(entitlement, "100")]);
  const id = await subscribe(world, plan, customer);
  let sent = 0;
  /** What is told of one event. */
  const send = async (event: object, eventId = `e${++sent}`): Promise<string | null> => {
    const { customer_id } = customer;
    const body = {
      events: [{ event_id: eventId, customer_id, event_name: "tokens.used", ...event }],
    };
    const { status, headers } = await world.call("ingestEvents", { body });
    expect(status).toBe(200);
    return headers.get("drawdown-warning");
  };
  const readings = () => world.control<Readings>("GET", `/_sandbox/subscriptions/${id}/meters`);
  return { id, customer, meter, send, readings };
}

const tokens = (value: unknown) => ({ metadata: { tokens: value } });

scenario("WRN-03 an event that counts is not told of", async (world) => {
  const { send } = await metered(world);
  for (const value of [5, 0.5, -1, "7", "1.25"]) expect(await send(tokens(value))).toBeNull();
  expect(await send({ ...tokens(1), timestamp: "2026-01-01T00:05:00Z" })).toBeNull();
});

scenario("WRN-03 a name in another case, or of no meter, is told", async (world) => {
  const { send, meter } = await metered(world);
  expect(await send({ event_name: "Tokens.Used", ...tokens(40) }, "shout")).toBe(
    `event "shout", named "Tokens.Used", counts nowhere: names are case-sensitive, and meter ${meter.id} counts "tokens.used"`,
  );
  expect(await send({ event_name: "token.used", ...tokens(40) }, "typo")).toBe(
    'event "typo", named "token.used", counts nowhere: no meter counts events of this name; there are meters for "tokens.used"',
  );
  await world.ok("archiveMeter", { path: { id: meter.id } });
  expect(await send(tokens(40), "archived")).toMatch(/no meter counts.*there is no meter/);
});

scenario("WRN-03 a property that is missing, or no number, is told", async (world) => {
  const { send, meter } = await metered(world);
  const takes = `meter ${meter.id} takes the sum of \`tokens\`, which is`;
  for (const metadata of [undefined, {}, { token: 40 }]) {
    expect(await send(metadata ? { metadata } : {}, `m${JSON.stringify(metadata)}`)).toContain(
      `${takes} missing in \`metadata\``,
    );
  }
  for (const value of ["1,200", "12 tokens", "", "1e3", true]) {
    expect(await send(tokens(value))).toContain(
      `${takes} ${JSON.stringify(value)} and no number; send a number`,
    );
  }
});

scenario("WRN-03 an event of a period that is settled is told", async (world) => {
  const { id, send, meter } = await metered(world);
  await world.advance("2026-02-01T00:05:00Z");
  const late = { ...tokens(7), timestamp: "2026-01-31T23:55:00Z" };
  expect(await send(late, "late")).toBe(
    `event "late", named "tokens.used", counts nowhere: it is of 2026-01-31T23:55:00.000000Z, but the period of ${id} that meter ${meter.id} counts began at 2026-02-01T00:00:00.000000Z, and the one before is settled`,
  );
  expect(await send({ ...late, timestamp: "2026-02-01T00:00:00Z" }, "in time")).toBeNull();
  expect(await send(late, "late"), "an event that is known already").toBeNull();
});

scenario("WRN-03 what one meter of several counts is not told of", async (world) => {
  const { send } = await metered(world);
  await world.meter({ name: "Images", aggregation: { type: "max", key: "images" } });
  expect(await send({ metadata: { images: 3 } })).toBeNull();
  expect(await send({ metadata: { tokens: 3 } })).toBeNull();
  expect(await send({ metadata: { words: 3 } })).toMatch(/`tokens`, which is missing/);
});

scenario("WRN-03 what the filter of a meter leaves out is not told of", async (world) => {
  const clauses = [{ key: "model", operator: "equals", value: "large" }];
  const { send } = await metered(world, { filter: { conjunction: "and", clauses } });
  expect(await send({ metadata: { model: "small", tokens: "none" } })).toBeNull();
  expect(await send({ metadata: { model: "large", tokens: "none" } })).toMatch(/no number/);
});

scenario("WRN-03 many events are told in few words", async (world) => {
  const { customer } = await metered(world);
  const { customer_id } = customer;
  const events = Array.from({ length: 1000 }, (_, i) => ({
    event_id: `e${i}`,
    customer_id,
    event_name: `name ${Math.min(i, 10)} ${"long".repeat(50)}`,
  }));
  const { headers } = await world.call("ingestEvents", { body: { events } });
  const warning = headers.get("drawdown-warning") ?? "";
  expect(warning.match(/counts nowhere/g)).toHaveLength(5);
  expect(warning).toMatch(/; 995 more events count nowhere, for other reasons$/);
  expect(warning.length).toBeLessThan(2500);
});

scenario("WRN-04 the reading shows what was not counted, and why", async (world) => {
  const { send, readings } = await metered(world);
  await send(tokens(40));
  await send({}, "none");
  await send(tokens("1,200"), "comma");
  await send(tokens("many"), "word");
  await send({ event_name: "Tokens.Used", ...tokens(1) }, "shout");
  await send({ event_name: "Tokens.Used", ...tokens(1) }, "shout again");
  await runMeters(world);
  const { items, unmetered } = await readings();
  expect(items).toMatchObject([
    {
      events: 1,
      skipped_events: 3,
      uncounted: [
        { reason: "property_missing", events: 1, last_event_id: "none" },
        { reason: "not_a_number", events: 2, last_event_id: "word" },
      ],
    },
  ]);
  expect(unmetered).toEqual([
    { event_name: "Tokens.Used", events: 2, last_event_id: "shout again" },
  ]);
  await world.advance("2026-02-01T00:05:00Z");
  await send({ ...tokens(7), timestamp: "2026-01-31T23:55:00Z" }, "late");
  await runMeters(world);
  expect(await readings()).toMatchObject({
    items: [{ events: 0, uncounted: [{ reason: "late", events: 1, last_event_id: "late" }] }],
    unmetered: [],
  });
});
