import { expect } from "vitest";
import type { Arguments, OperationId } from "../harness/clients.js";
import { httpScenario, scenario } from "../harness/scenario.js";
import { pathOf, type World } from "../harness/world.js";

type Path = NonNullable<Arguments["path"]>;

/** Stores `count` things and answers the path of the list that shows them. */
type Fill = (world: World, count: number) => Promise<Path>;

const times = async (count: number, make: (i: number) => Promise<unknown>): Promise<void> => {
  for (let i = 0; i < count; i++) await make(i);
};

const credited: Fill = async (world, count) => {
  const holding = { entitlement: await world.entitlement(), customer: await world.customer() };
  await times(count, () => world.credit(holding, "1"));
  return pathOf(holding);
};

const customer = (world: World, i: number) =>
  world.customer({ email: `c${i}@example.com`, name: `Customer ${i}` });

const ingest = async (world: World, count: number, prefix = "e"): Promise<void> => {
  const { customer_id } = await world.customer();
  const events = Array.from({ length: count }, (_, i) => ({
    event_id: `${prefix}${i}`,
    customer_id,
    event_name: "tokens.used",
  }));
  await world.ok("ingestEvents", { body: { events } });
};

const lists: readonly (readonly [OperationId, Fill])[] = [
  [
    "listCreditEntitlements",
    async (world, count) => {
      await times(count, (i) => world.entitlement({ name: `Credit ${i}` }));
      return {};
    },
  ],
  [
    "listBalances",
    async (world, count) => {
      const entitlement = await world.entitlement();
      await times(count, async (i) =>
        world.credit({ entitlement, customer: await customer(world, i) }, "1"),
      );
      return { credit_entitlement_id: entitlement.id };
    },
  ],
  ["listGrants", credited],
  ["listLedger", credited],
  [
    "listEvents",
    async (world, count) => {
      if (count > 0) await ingest(world, count);
      return {};
    },
  ],
  [
    "listMeters",
    async (world, count) => {
      await times(count, (i) => world.meter({ name: `Meter ${i}` }));
      return {};
    },
  ],
  [
    "listCustomers",
    async (world, count) => {
      await times(count, (i) => customer(world, i));
      return {};
    },
  ],
];

const page = async (
  world: World,
  list: OperationId,
  path: Path = {},
  query: Readonly<Record<string, number>> = {},
): Promise<readonly string[]> => {
  const { items } = await world.ok<{ items: object[] }>(list, { path, query });
  return items.map((it) => JSON.stringify(it));
};

for (const [list, fill] of lists) {
  scenario(`PAG-01 ${list} has ten items a page, and pages begin at 0`, async (world) => {
    const path = await fill(world, 12);
    const whole = await page(world, list, path, { page_size: 12 });
    expect(new Set(whole).size).toBe(12);
    expect(await page(world, list, path)).toEqual(whole.slice(0, 10));
    expect(await page(world, list, path, { page_number: 0 })).toEqual(whole.slice(0, 10));
    expect(await page(world, list, path, { page_number: 1 })).toEqual(whole.slice(10));
    expect(await page(world, list, path, { page_size: 5, page_number: 1 })).toEqual(
      whole.slice(5, 10),
    );
    expect(await page(world, list, path, { page_size: 5, page_number: 2 })).toEqual(
      whole.slice(10),
    );
  });

  httpScenario(`PAG-02 ${list} answers items and nothing beside them`, async (world) => {
    const path = await fill(world, 2);
    const body = await world.ok<object>(list, { path, query: { page_size: 1 } });
    expect(body).toEqual({ items: [expect.any(Object)] });
  });

  scenario(`PAG-03 ${list} is empty after its last page`, async (world) => {
    const path = await fill(world, 2);
    expect(await page(world, list, path, { page_size: 2, page_number: 0 })).toHaveLength(2);
    expect(await page(world, list, path, { page_size: 2, page_number: 1 })).toEqual([]);
    expect(await page(world, list, path, { page_size: 100, page_number: 2147483647 })).toEqual([]);
  });

  scenario(`PAG-04 ${list} has at most a hundred items a page`, async (world) => {
    const path = await fill(world, 101);
    expect(await page(world, list, path, { page_size: 100 })).toHaveLength(100);
    expect(await page(world, list, path, { page_size: 100, page_number: 1 })).toHaveLength(1);
    for (const page_size of [101, 1000, 2147483648]) {
      const { code, message } = await world.refused(422, list, { path, query: { page_size } });
      expect(code).toBe("INVALID_QUERY_PARAMS");
      expect(message).toContain("page_size");
    }
  });

  scenario(`PAG-05 ${list} takes whole numbers from 0 for its pages`, async (world) => {
    const path = await fill(world, 2);
    for (const name of ["page_size", "page_number"]) {
      for (const value of [-1, 1.5, "two", "1e1", "0x1"]) {
        const query = { [name]: value };
        const { code, message } = await world.refused(422, list, { path, query });
        expect(code).toBe("INVALID_QUERY_PARAMS");
        expect(message).toContain(name);
      }
    }
    expect(await page(world, list, path, { page_size: 0 })).toEqual([]);
    expect(await page(world, list, path, { page_size: 0, page_number: 3 })).toEqual([]);
  });
}

scenario("PAG-06 the event list has ten items a page and at most a hundred", async (world) => {
  await ingest(world, 101);
  expect(await page(world, "listEvents")).toHaveLength(10);
  expect(await page(world, "listEvents", {}, { page_size: 100 })).toHaveLength(100);
  const { code } = await world.refused(422, "listEvents", { query: { page_size: 101 } });
  expect(code).toBe("INVALID_QUERY_PARAMS");
});

httpScenario("PAG-07 the credits of a customer come all at once", async (world) => {
  const owner = await world.customer();
  await times(12, async (i) => {
    const entitlement = await world.entitlement({ name: `Credit ${i}` });
    await world.credit({ entitlement, customer: owner }, "1");
  });
  const path = `/customers/${owner.customer_id}/credit-entitlements`;
  for (const query of ["", "?page_size=5&page_number=1"]) {
    const answer = await world.raw("GET", path + query);
    expect(answer.status).toBe(200);
    const { items }: { items: object[] } = await answer.json();
    expect(items).toHaveLength(12);
  }
});

scenario("PAG-09 a record added between two calls shifts the pages", async (world) => {
  const names = async (page_number: number) => {
    const query = { page_size: 2, page_number };
    const { items } = await world.ok<{ items: { name: string }[] }>("listMeters", { query });
    return items.map((it) => it.name);
  };
  for (const name of ["oldest", "middle", "newest"]) {
    await world.meter({ name });
    await world.advance("1s");
  }
  expect(await names(0)).toEqual(["newest", "middle"]);
  await world.meter({ name: "added" });
  expect(await names(1)).toEqual(["middle", "oldest"]);
});
