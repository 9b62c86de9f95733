import { expect } from "vitest";
import { httpScenario, scenario } from "../harness/scenario.js";
import { type Customer, type World, withOverage } from "../harness/world.js";

type Query = Readonly<Record<string, string | number>>;

const ada = { email: "ada@example.com", name: "Ada" };

const generated = {
  customer_id: expect.stringMatching(/^cus_[0-9A-Za-z]{21}$/),
  business_id: expect.stringMatching(/^bus_/),
  created_at: "2026-01-01T00:00:00.000000Z",
};

async function listed(world: World, query: Query = {}): Promise<Customer[]> {
  const args = { query: { page_size: 100, ...query } };
  return (await world.ok<{ items: Customer[] }>("listCustomers", args)).items;
}

const namesOf = async (world: World, query: Query) =>
  (await listed(world, query)).map((it) => it.name).join(" ");

const creditsOf = (world: World, { customer_id }: Customer) =>
  world.ok<{ items: { name: string }[] }>("listCustomerCreditEntitlements", {
    path: { customer_id },
  });

/** A customer of another business on the same sandbox. */
async function foreign(world: World): Promise<Customer> {
  const response = await world.raw("POST", "/customers", {
    headers: { authorization: "Bearer dodo_test_other", "content-type": "application/json" },
    body: JSON.stringify(ada),
  });
  expect(response.status).toBe(200);
  return response.json();
}

scenario("CUS-01 creating a customer answers 200 with it", async (world) => {
  const more = { phone_number: "+15550100", metadata: { plan: "pro", seats: 3, trial: false } };
  const result = await world.call("createCustomer", { body: { ...ada, ...more } });
  expect({ status: result.status, body: result.body }).toEqual({
    status: 200,
    body: { ...ada, ...more, ...generated },
  });
  expect(await listed(world)).toEqual([result.body]);
});

scenario("CUS-01 an email and a name are enough", async (world) => {
  const customer = await world.ok("createCustomer", { body: ada });
  expect(customer).toEqual({ ...ada, phone_number: null, metadata: {}, ...generated });
});

scenario("CUS-01 without an email or a name nobody is created", async (world) => {
  const bad: Readonly<Record<string, readonly unknown[]>> = {
    email: [undefined, null, 5, "", "ada", "ada@", "@example.com"],
    name: [undefined, null, 5, "", "n".repeat(256)],
  };
  for (const [field, values] of Object.entries(bad)) {
    for (const value of values) {
      const body = { ...ada, [field]: value };
      const result = await world.call("createCustomer", { body });
      expect({ status: result.status, body: result.body }, `${field} ${value}`).toEqual({
        status: 422,
        body: { code: "INVALID_REQUEST_BODY", message: expect.stringContaining(field) },
      });
    }
  }
  expect(await listed(world)).toEqual([]);
  await world.customer({ name: "n".repeat(255) });
});

scenario("CUS-02 the customer list is paged", async (world) => {
  const names = Array.from({ length: 12 }, (_, number) => `No${number + 1}`);
  for (const name of names) {
    await world.customer({ name });
    await world.advance("1m");
  }
  expect(await world.ok("listCustomers")).toMatchObject({ items: { length: 10 } });
  expect(await namesOf(world, { page_size: 5 })).toBe("No12 No11 No10 No9 No8");
  expect(await namesOf(world, { page_size: 5, page_number: 1 })).toBe("No7 No6 No5 No4 No3");
  expect(await namesOf(world, { page_size: 5, page_number: 2 })).toBe("No2 No1");
  expect(await world.ok("listCustomers", { query: { page_number: 2 } })).toEqual({ items: [] });
});

scenario("CUS-02 the customer list filters by email and by name", async (world) => {
  await world.customer({ email: "ada@example.com", name: "Ada" });
  await world.customer({ email: "bob@example.com", name: "Bob" });
  await world.customer({ email: "ada+2@example.com", name: "Ada" });
  await foreign(world);
  const emailsOf = async (query: Query) =>
    (await listed(world, query)).map((it) => it.email).sort();
  expect(await emailsOf({ email: "ada@example.com" })).toEqual(["ada@example.com"]);
  expect(await emailsOf({ email: "ada+2@example.com" })).toEqual(["ada+2@example.com"]);
  expect(await emailsOf({ name: "Ada" })).toEqual(["ada+2@example.com", "ada@example.com"]);
  expect(await emailsOf({ name: "Bob", email: "bob@example.com" })).toEqual(["bob@example.com"]);
  const nobody = [
    { email: "eve@example.com" },
    { email: "ada@example.co" },
    { name: "Eve" },
    { name: "Adaa" },
    { name: "Bob", email: "ada@example.com" },
  ];
  for (const query of nobody) expect(await emailsOf(query), JSON.stringify(query)).toEqual([]);
});

// The official client's types say so: "partial match, case-insensitive".
scenario(
  "CUS-02 part of a name in any case finds a customer, part of an email not",
  async (world) => {
    await world.customer({ name: "Ada Lovelace" });
    for (const name of ["Ada", "ada lovelace", "LOVE", "a l"]) {
      expect(await namesOf(world, { name }), name).toBe("Ada Lovelace");
    }
    for (const name of ["Ada  Lovelace", "Ada%", "A.a", "Lovelace Ada"]) {
      expect(await namesOf(world, { name }), name).toBe("");
    }
    for (const email of ["ada", "example.com", "ada@"]) {
      expect(await namesOf(world, { email }), email).toBe("");
    }
  },
);

scenario("CUS-02 the customer list filters by creation, both ends included", async (world) => {
  for (const name of ["First", "Second", "Third"]) {
    await world.customer({ name });
    await world.advance("1d");
  }
  const second = "2026-01-02T00:00:00Z";
  const cases: readonly (readonly [Query, string])[] = [
    [{ created_at_gte: second }, "Third Second"],
    [{ created_at_gte: "2026-01-02T00:00:00.000001Z" }, "Third"],
    [{ created_at_gte: "2026-01-02T02:00:00+02:00" }, "Third Second"],
    [{ created_at_lte: second }, "Second First"],
    [{ created_at_lte: "2026-01-01T23:59:59.999999Z" }, "First"],
    [{ created_at_gte: second, created_at_lte: second }, "Second"],
    [{ created_at_gte: "2026-01-03T00:00:00Z", created_at_lte: second }, ""],
    [{ created_at_gte: second, name: "Third" }, "Third"],
    [{ created_at_gte: second, page_size: 1, page_number: 1 }, "Second"],
  ];
  for (const [query, names] of cases) {
    expect(await namesOf(world, query), JSON.stringify(query)).toBe(names);
  }
});

scenario("CUS-02 a creation date that cannot be read is refused", async (world) => {
  for (const field of ["created_at_gte", "created_at_lte"]) {
    for (const value of ["yesterday", "2026-13-01T00:00:00Z", "2026-01-01"]) {
      const query = { [field]: value };
      const error = await world.refused(422, "listCustomers", { query });
      expect(error.code, value).toBe("INVALID_QUERY_PARAMS");
    }
  }
});

scenario("CUS-03 an unknown customer cannot be fetched", async (world) => {
  const customer = await world.customer();
  const theirs = await foreign(world);
  for (const customer_id of ["cus_unknown", theirs.customer_id, customer.business_id]) {
    const error = await world.refused(404, "retrieveCustomer", { path: { customer_id } });
    expect(error.code, customer_id).toBe("NOT_FOUND");
  }
  const path = { customer_id: customer.customer_id };
  expect(await world.ok("retrieveCustomer", { path })).toEqual(customer);
});

scenario("CUS-04 a customer's credits show what is held and what is owed", async (world) => {
  const customer = await world.customer();
  const described = { name: "Hours", description: "Support hours", unit: "hour", precision: 2 };
  const hours = await world.entitlement(described);
  const calls = await world.entitlement(withOverage({ name: "Calls", unit: "call" }));
  await world.credit({ entitlement: hours, customer }, "12.5");
  await world.credit({ entitlement: calls, customer }, "3");
  await world.debit({ entitlement: calls, customer }, "5");
  const { items } = await creditsOf(world, customer);
  expect([...items].sort((a, b) => a.name.localeCompare(b.name))).toEqual([
    {
      credit_entitlement_id: calls.id,
      name: "Calls",
      description: null,
      unit: "call",
      balance: "0",
      overage: "2",
    },
    {
      credit_entitlement_id: hours.id,
      name: "Hours",
      description: "Support hours",
      unit: "hour",
      balance: "12.50",
      overage: "0.00",
    },
  ]);
});

httpScenario("CUS-04 a customer's credits come in one piece", async (world) => {
  const customer = await world.customer();
  const path = `/customers/${customer.customer_id}/credit-entitlements`;
  for (let number = 1; number <= 12; number++) {
    const entitlement = await world.entitlement({ name: `No ${number}` });
    await world.credit({ entitlement, customer }, "1");
  }
  expect((await creditsOf(world, customer)).items).toHaveLength(12);
  for (const query of ["?page_size=1", "?page_number=1", "?page_size=5&page_number=9"]) {
    const answer = await (await world.raw("GET", path + query)).json();
    expect(answer, query).toMatchObject({ items: { length: 12 } });
  }
});

scenario("CUS-05 a customer's credits are the active ones with a balance", async (world) => {
  const customer = await world.customer();
  const other = await world.customer({ email: "bob@example.com", name: "Bob" });
  expect(await creditsOf(world, customer)).toEqual({ items: [] });
  const names = ["Held", "Spent", "Deleted", "Untouched", "Another's"];
  const [held, spent, deleted, , anothers] = await Promise.all(
    names.map((name) => world.entitlement({ name })),
  );
  if (!held || !spent || !deleted || !anothers) throw new Error("five were created");
  for (const entitlement of [held, spent, deleted]) {
    await world.credit({ entitlement, customer }, "5");
  }
  await world.debit({ entitlement: spent, customer }, "5");
  await world.credit({ entitlement: anothers, customer: other }, "5");
  await world.ok("deleteCreditEntitlement", { path: { id: deleted.id } });
  const shown = async (of: Customer) =>
    (await creditsOf(world, of)).items.map((it) => it.name).sort();
  expect(await shown(customer)).toEqual(["Held", "Spent"]);
  expect(await shown(other)).toEqual(["Another's"]);
  await world.ok("undeleteCreditEntitlement", { path: { id: deleted.id } });
  expect(await shown(customer)).toEqual(["Deleted", "Held", "Spent"]);
});

scenario("CUS-05 an unknown customer has no list of credits", async (world) => {
  const theirs = await foreign(world);
  for (const customer_id of ["cus_unknown", theirs.customer_id]) {
    const args = { path: { customer_id } };
    const error = await world.refused(404, "listCustomerCreditEntitlements", args);
    expect(error.code, customer_id).toBe("NOT_FOUND");
  }
});

scenario("CUS-05 a debit that was refused puts nothing on the list", async (world) => {
  const customer = await world.customer();
  const entitlement = await world.entitlement();
  expect((await world.debit({ entitlement, customer }, "1")).status).toBe(400);
  expect(await creditsOf(world, customer)).toEqual({ items: [] });
});
