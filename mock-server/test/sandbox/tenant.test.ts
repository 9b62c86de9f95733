import { describe, expect, test } from "vitest";
import { dodoBehaviour } from "#dialects/dodo/behaviour.js";
import { kinds } from "#dialects/dodo/kinds.js";
import { taskKinds } from "#dialects/dodo/task-kinds.js";
import { documented } from "#domain/policy.js";
import { instantOf, parseInstant } from "#domain/time.js";
import { schedule } from "#sandbox/agenda.js";
import type { SetTimer } from "#sandbox/alarm.js";
import { all } from "#sandbox/kinds.js";
import { Pace } from "#sandbox/pace.js";
import type { Outgoing, Send, Store, Transaction } from "#sandbox/ports.js";
import { Tenant } from "#sandbox/tenant.js";
import { memoryStore } from "#stores/memory.js";

const start = parseInstant("2026-01-01T00:00:00Z") ?? instantOf(0);

const behaviour = dodoBehaviour({
  meterDelayMs: 60_000,
  webhooks: [{ key: "k", url: "http://localhost:9/hooks" }],
});

interface Given {
  readonly store?: Store;
  readonly send?: Send;
  readonly setTimer?: SetTimer;
  readonly isFrozen?: boolean;
}

const tenantOf = ({ store = memoryStore(), send, setTimer, isFrozen = true }: Given): Tenant =>
  new Tenant(
    "k",
    { at: start, isFrozen, seed: "test", policy: documented },
    {
      openStore: () => store,
      send: send ?? (async () => ({ status: 200, body: "" })),
      setTimer: setTimer ?? (() => () => {}),
      pace: new Pace(),
    },
    behaviour,
  );

/** Something happens to a payment that is stored. */
async function pay(unit: Transaction): Promise<void> {
  const { tx, now, nextId } = unit;
  const customer = { id: "cus_1", email: "a@example.com", name: "A", phoneNumber: null };
  tx.put(kinds.customer, { ...customer, metadata: {}, createdAt: now });
  const id = nextId("pay");
  tx.put(kinds.payment, {
    id,
    customerId: "cus_1",
    subscriptionId: null,
    checkoutId: null,
    status: "succeeded",
    amount: 100,
    fromWallet: 0,
    currency: "USD",
    lines: [],
    billing: { country: "US", city: null, state: null, street: null, zipcode: null },
    cardLastFour: null,
    errorCode: null,
    errorMessage: null,
    metadata: {},
    createdAt: now,
    updatedAt: now,
  });
  const subject = { kind: "payment", id } as const;
  unit.happened.push({ kind: "event", type: "payment.succeeded", subject });
}

describe("the outbox", () => {
  test("WHK-30 what was committed before a crash is sent by whoever opens the store next", async () => {
    const store = memoryStore();
    let called = () => {};
    const isCalled = new Promise<void>((resolve) => {
      called = resolve;
    });
    const crashing = tenantOf({
      store,
      send: () => {
        called();
        return new Promise(() => {}); // the process ends before there is an answer
      },
    });
    await crashing.agenda.transact(pay);
    await isCalled;
    const sent: Outgoing[] = [];
    const send: Send = async (request) => {
      sent.push(request);
      return { status: 200, body: "" };
    };
    const restarted = tenantOf({ store, send });
    await restarted.world.courier.settle();
    expect(sent.map((it) => JSON.parse(it.body).type)).toEqual(["payment.succeeded"]);
    const [delivery] = await restarted.agenda.transact(async ({ tx }) =>
      tx.find(kinds.delivery, "all", all),
    );
    expect(delivery?.state).toBe("delivered");
  });

  test("WHK-46 work that fails leaves neither records nor events", async () => {
    const tenant = tenantOf({});
    const failing = tenant.agenda.transact(async (unit) => {
      await pay(unit);
      throw new Error("too late");
    });
    await expect(failing).rejects.toThrow("too late");
    const events = await tenant.agenda.transact(async ({ tx }) =>
      tx.find(kinds.outgoingEvent, "all", all),
    );
    expect(events).toEqual([]);
  });
});

describe("the courier", () => {
  test("a failing task stops the lanes without ending the process", async () => {
    const tenant = tenantOf({});
    await tenant.agenda.transact(async (unit) => {
      await pay(unit);
      schedule(unit, taskKinds.expireGrant, "cdg_none", unit.now);
    });
    await expect(tenant.world.courier.settle()).rejects.toThrow("cdg_none");
  });
});

describe("a tenant that is stopped", () => {
  test("sends none of what still waits", async () => {
    const sent: Outgoing[] = [];
    const tenant: Tenant = tenantOf({
      send: async (request) => {
        sent.push(request);
        tenant.stop(); // while there is another to send
        return { status: 200, body: "" };
      },
    });
    await tenant.agenda.transact(async (unit) => {
      await pay(unit);
      await pay(unit);
    });
    await tenant.world.courier.settle();
    await tenant.agenda.transact(pay);
    await tenant.world.courier.settle();
    expect(sent).toHaveLength(1);
  });
});

describe("the alarm", () => {
  /** Timers that ring when the test says so. */
  function timers() {
    const set: { readonly delayMs: number; readonly ring: () => void }[] = [];
    const setTimer: SetTimer = (delayMs, ring) => {
      const timer = { delayMs, ring };
      set.push(timer);
      return () => {
        const position = set.indexOf(timer);
        if (position >= 0) set.splice(position, 1);
      };
    };
    return { set, setTimer };
  }

  const planned = async (tenant: Tenant, inMs: number) =>
    tenant.agenda.transact(async (unit) =>
      schedule(unit, taskKinds.runMeters, "usage", instantOf(unit.now + inMs)),
    );

  test("a clock that runs is woken when something falls due, as long as somebody listens", async () => {
    const { set, setTimer } = timers();
    const tenant = tenantOf({ setTimer, isFrozen: false });
    await planned(tenant, 60_000);
    await tenant.isEmpty(); // one more turn of the store
    expect(set).toHaveLength(1);
    expect(set[0]?.delayMs).toBeLessThanOrEqual(60_000);
    await tenant.freeze(true);
    expect(set).toEqual([]);
    await tenant.freeze(false);
    expect(set).toHaveLength(1);
  });

  test("a task that fails when the alarm rings is told to the next caller, and to nobody else", async () => {
    const { set, setTimer } = timers();
    const tenant = tenantOf({ setTimer, isFrozen: false });
    await tenant.agenda.transact(async (unit) =>
      schedule(unit, taskKinds.expireGrant, "cdg_none", unit.now),
    );
    await tenant.isEmpty();
    for (const { ring } of [...set]) ring();
    await expect(tenant.agenda.transact(async () => {})).rejects.toThrow("cdg_none");
  });

  test("a tenant that is stopped is woken no more, even if it was about to set its alarm", async () => {
    const { set, setTimer } = timers();
    const tenant = tenantOf({ setTimer, isFrozen: false });
    await planned(tenant, 60_000);
    await tenant.isEmpty();
    tenant.stop();
    expect(set).toEqual([]);
    await planned(tenant, 30_000);
    await tenant.isEmpty();
    expect(set).toEqual([]);
  });

  test("a clock that stands still is not", async () => {
    const { set, setTimer } = timers();
    await planned(tenantOf({ setTimer }), 60_000);
    expect(set).toEqual([]);
  });
});
