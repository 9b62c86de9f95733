import { createSandbox, type SandboxOptions } from "@drawdown/mock-server";
import { describe, expect, test } from "vitest";
import { plainHttp } from "../harness/clients.js";
import { recurringPrice, sell, subscribe } from "../harness/storefront.js";
import { inProcess, type Opened, overExpress } from "../harness/transports.js";
import { start, World } from "../harness/world.js";

/** A clock that is being moved, and everybody else meanwhile. */

interface Clock {
  readonly now: string;
  readonly frozen: boolean;
  readonly moving?: { readonly from: string; readonly to: string; readonly tasks_run: number };
}

const options: SandboxOptions = { at: start, frozen: true };

const worldOf = (opened: Opened, key: string) =>
  new World(key, opened, plainHttp.connect(opened, key));

const end = "3000-01-01T00:00:00.000000Z";

/** Has so much to do until the year 3000 that everything else of a test happens meanwhile. */
async function busy(opened: Opened, key: string): Promise<World> {
  const world = worldOf(opened, key);
  const credit = await world.entitlement({ expires_after_days: 10 });
  const price = recurringPrice({
    payment_frequency_interval: "Day",
    subscription_period_count: 1000,
  });
  const product = await sell(world, price, [
    { credit_entitlement_id: credit.id, credits_amount: "1" },
  ]);
  await subscribe(world, product, await world.customer());
  return world;
}

const advance = (world: World, init: RequestInit = {}) =>
  world.raw("POST", "/_sandbox/clock/advance", {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ to: end }),
    ...init,
  });

const readClock = (world: World) => world.control<Clock>("GET", "/_sandbox/clock");

/** Resolves once the clock has done some of its way. */
async function underWay(world: World): Promise<Clock> {
  for (;;) {
    const clock = await readClock(world);
    if (clock.moving && clock.moving.tasks_run > 0) return clock;
  }
}

/** Resolves once nothing moves the clock any more. */
async function atRest(world: World): Promise<Clock> {
  for (;;) {
    const clock = await readClock(world);
    if (!clock.moving) return clock;
  }
}

const refusal = async (response: Response) => {
  const { code, message }: { code: string; message: string } = await response.json();
  return { status: response.status, code, message };
};

for (const transport of [inProcess, overExpress]) {
  describe(transport.name, () => {
    /** A clock on its way, and how to call that off. */
    async function moving() {
      const opened = await transport.open(options);
      const world = await busy(opened, "dodo_test_busy");
      const caller = new AbortController();
      let isAnswered = false;
      const answer = advance(world, { signal: caller.signal });
      const over = answer.then(
        () => {
          isAnswered = true;
        },
        () => {},
      );
      const hangUp = async () => {
        caller.abort();
        await over;
        await atRest(world);
      };
      return { opened, world, answer, hangUp, isAnswered: () => isAnswered };
    }

    test("CLK-02 everybody else is answered while a clock is moved", async () => {
      const { opened, world, hangUp, isAnswered } = await moving();
      await underWay(world);
      const other = worldOf(opened, "dodo_test_other");
      await other.customer();
      await world.ok("listCustomers");
      await world.customer({ email: "grace@example.com" });
      expect((await world.raw("GET", "/_sandbox/health")).status).toBe(200);
      expect(isAnswered()).toBe(false);
      await hangUp();
    });

    test("CLK-02 what is written meanwhile is written at the instant the clock has come to", async () => {
      const { world, hangUp } = await moving();
      const before = await underWay(world);
      const { created_at } = await world.customer({ email: "grace@example.com" });
      const after = await readClock(world);
      expect(before.now <= created_at && created_at <= after.now).toBe(true);
      expect(after.moving?.to).toBe(end);
      await hangUp();
    });

    test("CLK-03 a move ends where it is when its caller hangs up, and leaves nothing half done", async () => {
      const { world, answer, hangUp } = await moving();
      const { now: before } = await underWay(world);
      await hangUp();
      await expect(answer).rejects.toThrow();
      const { now } = await readClock(world);
      expect(before <= now && now < end).toBe(true);
      await world.audited();
      expect(await world.advance("1d")).toMatch(/^2/);
    });

    test("CLK-04 the clock says where it is on its way", async () => {
      const { world, hangUp } = await moving();
      const { now, moving: way } = await underWay(world);
      expect(way).toEqual({
        from: "2026-01-01T00:00:00.000000Z",
        to: end,
        tasks_run: expect.any(Number),
      });
      expect(now < end).toBe(true);
      await hangUp();
      expect(await readClock(world)).toEqual({ now: expect.any(String), frozen: true });
    });

    test("CLK-05 nobody else moves it meanwhile", async () => {
      const { world, hangUp } = await moving();
      await underWay(world);
      expect(await refusal(await advance(world))).toEqual({
        status: 409,
        code: "CLOCK_BUSY",
        message: expect.stringMatching(/is at \d{4}-.* after \d+ tasks, on its way from 2026-/),
      });
      await hangUp();
    });

    test("CLK-11 a reset ends the move, and the new world is nobody's but its own", async () => {
      const { world, answer } = await moving();
      await underWay(world);
      expect(await world.control("POST", "/_sandbox/reset", {})).toEqual({
        now: "2026-01-01T00:00:00.000000Z",
        frozen: true,
      });
      expect(await refusal(await answer)).toEqual({
        status: 409,
        code: "WORLD_ENDED",
        message: expect.stringMatching(
          /this key was reset .*; the clock was at 2\d{3}-.* after (?:1 task|\d+ tasks),/,
        ),
      });
      expect(await world.ok("listCustomers")).toEqual({ items: [] });
      expect(await world.advance("1d")).toBe("2026-01-02T00:00:00.000000Z");
      expect(await world.audited()).toBe(0);
    });

    test("CLK-11 so does closing the key", async () => {
      const { world, answer } = await moving();
      await underWay(world);
      await world.control("POST", "/_sandbox/tenants/close");
      expect(await refusal(await answer)).toMatchObject({ status: 409, code: "WORLD_ENDED" });
      expect(await readClock(world)).toEqual({ now: "2026-01-01T00:00:00.000000Z", frozen: true });
    });
  });
}

test("CLK-03 a move ends with its sandbox, and says how far it came", async () => {
  const sandbox = createSandbox(options);
  const opened = { baseUrl: "http://sandbox.test", fetch: sandbox.fetch };
  const world = await busy(opened, "dodo_test_busy");
  const answer = advance(world);
  await underWay(world);
  sandbox.close();
  expect(await refusal(await answer)).toEqual({
    status: 409,
    code: "WORLD_ENDED",
    message: expect.stringMatching(
      /was closed .*; the clock was at 2\d{3}-.* after (?:1 task|\d+ tasks),/,
    ),
  });
});

test("CLK-11 a reset lets go of receivers that do not answer, and of what waits for them", async () => {
  let called = () => {};
  const isCalled = new Promise<void>((resolve) => {
    called = resolve;
  });
  const hanging: SandboxOptions = {
    ...options,
    webhookFetch: () => {
      called();
      return new Promise(() => {});
    },
  };
  const opened = await inProcess.open(hanging);
  const world = worldOf(opened, "dodo_test_hanging");
  await world.ok("createWebhook", { body: { url: "http://localhost:9/hooks" } });
  const entitlement = await world.entitlement();
  await world.credit({ entitlement, customer: await world.customer() }, "1");
  const moved = world.raw("POST", "/_sandbox/clock/advance", {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ by: "1d" }),
  });
  const settled = world.raw("POST", "/_sandbox/deliveries/settle");
  await isCalled;
  await world.control("POST", "/_sandbox/reset", {});
  for (const answer of [moved, settled]) {
    expect(await refusal(await answer)).toMatchObject({ status: 409, code: "WORLD_ENDED" });
  }
  expect(await world.control("GET", "/_sandbox/deliveries")).toEqual({ items: [] });
  expect(await world.advance("1d")).toBe("2026-01-02T00:00:00.000000Z");
});

test("CLK-12 the rate limit begins anew with a reset", async () => {
  const opened = await inProcess.open({ ...options, tier: 0 });
  const world = worldOf(opened, "dodo_test_limited");
  const spend = async (calls: number) => {
    for (let call = 0; call < calls; call++) await world.ok("listCustomers");
  };
  await spend(40);
  await world.refused(429, "listCustomers");
  await world.control("POST", "/_sandbox/reset", {});
  await spend(40);
  await world.refused(429, "listCustomers");
});
