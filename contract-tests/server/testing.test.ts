import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createSandbox } from "@drawdown/mock-server";
import { listen } from "@drawdown/mock-server/node";
import { openTenant, type TestTenant, testStart } from "@drawdown/mock-server/testing";
import { expect, test } from "@drawdown/mock-server/vitest";
import DodoPayments from "dodopayments";
import { afterEach, describe } from "vitest";

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serve(): Promise<string> {
  const { url, server } = await listen(createSandbox(), { port: 0, host: "127.0.0.1" });
  closers.push(() => server.close().closeAllConnections());
  return url;
}

const clientOf = ({ key, baseURL, fetch }: TestTenant) =>
  new DodoPayments({ bearerToken: key, baseURL, fetch });

/** A customer who got 1000 tokens and used 30. */
async function spend(tenant: TestTenant) {
  const client = clientOf(tenant);
  const credit = await client.creditEntitlements.create({
    name: "Tokens",
    unit: "token",
    precision: 0,
    expires_after_days: 30,
    rollover_enabled: false,
    overage_enabled: false,
  });
  const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  const of = { credit_entitlement_id: credit.id };
  const { balances } = client.creditEntitlements;
  for (const [entry_type, amount] of [
    ["credit", "1000"],
    ["debit", "30"],
  ] as const) {
    await balances.createLedgerEntry(ada.customer_id, { ...of, entry_type, amount });
  }
  return { client, balances, customerId: ada.customer_id, creditId: credit.id, of };
}

const spent = `
  credit_added     +1000     0 → 1000
  credit_deducted    -30  1000 →  970
`;

describe("openTenant", () => {
  for (const [name, target] of [
    ["a sandbox of the process", () => createSandbox()],
    ["the URL of a running one", serve],
  ] as const) {
    test(`opens a frozen tenant in ${name}`, async () => {
      const tenant = await openTenant(await target());
      expect(await tenant.now()).toBe("2026-01-01T00:00:00.000000Z");
      const { balances, customerId, creditId, of } = await spend(tenant);
      expect(await tenant.ledger(customerId, creditId)).toHaveLedger(spent);
      expect(await tenant.advance("P1M")).toBe("2026-02-01T00:00:00.000000Z");
      expect(await balances.retrieve(customerId, of)).toHaveBalance("0");
      expect((await tenant.events()).map((it) => it.type)).toEqual([
        "credit.added",
        "credit.deducted",
        "credit.expired",
      ]);
      await tenant.idle();
      expect(await tenant.deliveries()).toEqual([]);
      await tenant.reset();
      expect(await tenant.now()).toBe("2026-01-01T00:00:00.000000Z");
      await expect(tenant.ledger(customerId, creditId)).rejects.toThrow("Item not found");
    });

    test(`gives every test in ${name} a key of its own and the same ids`, async () => {
      const where = await target();
      const one = await openTenant(where);
      const other = await openTenant(where);
      const seeded = await openTenant(where, { seed: "another" });
      expect(other.key).not.toBe(one.key);
      const [first, second, third] = [await spend(one), await spend(other), await spend(seeded)];
      expect([second.customerId, second.creditId]).toEqual([first.customerId, first.creditId]);
      expect(third.customerId).not.toBe(first.customerId);
    });
  }

  test("begins as it is asked to, wherever the sandbox stands", async () => {
    const at = new Date("2030-06-01T00:00:00Z");
    const sandbox = createSandbox({ at: "2020-01-01T00:00:00Z" });
    const tenant = await openTenant(sandbox, { key: "dodo_test_mine", at });
    expect([tenant.key, await tenant.now()]).toEqual([
      "dodo_test_mine",
      "2030-06-01T00:00:00.000000Z",
    ]);
  });

  test("reads a ledger of several pages, oldest first", async () => {
    const tenant = await openTenant(createSandbox());
    const { balances, customerId, creditId, of } = await spend(tenant);
    for (let n = 0; n < 200; n++) {
      await balances.createLedgerEntry(customerId, { ...of, entry_type: "debit", amount: "1" });
    }
    const ledger = await tenant.ledger(customerId, creditId);
    expect(ledger.map((it) => it.balance_after)).toEqual([
      "1000",
      ...Array.from({ length: 201 }, (_, n) => String(970 - n)),
    ]);
  });

  test("two helpers share a key; the one that opened it closes it", async () => {
    const sandbox = createSandbox();
    const opener = await openTenant(sandbox, { key: "dodo_test_shared" });
    const sharer = await openTenant(sandbox, { key: "dodo_test_shared" });
    const { customerId, creditId } = await spend(opener);
    await sharer.close();
    expect(await sharer.ledger(customerId, creditId)).toHaveLedger(spent);
    await opener.close();
    await opener.close();
    await expect(opener.ledger(customerId, creditId)).rejects.toThrow("Item not found");
  });

  test("closing after the sandbox was closed is no error", async () => {
    const sandbox = createSandbox();
    const tenant = await openTenant(sandbox);
    sandbox.close();
    await tenant.close();
  });
});

describe("openTenant refuses at once", () => {
  test("a sandbox that was closed", async () => {
    const sandbox = createSandbox();
    sandbox.close();
    await expect(openTenant(sandbox)).rejects.toThrow("this sandbox was closed by close()");
  });

  test("a key in use with another clock", async () => {
    const sandbox = createSandbox();
    await openTenant(sandbox, { key: "dodo_test_shared" });
    const other = { key: "dodo_test_shared", at: "2027-01-01T00:00:00Z" };
    await expect(openTenant(sandbox, other)).rejects.toThrow(
      'the key "dodo_test_shared" is in use by a tenant that began at 2026-01-01T00:00:00.000000Z, frozen',
    );
  });

  test("an address where nobody answers", async () => {
    const url = await serve();
    closers.splice(0).forEach((close) => {
      close();
    });
    await expect(openTenant(`${url}/`)).rejects.toThrow(
      `no sandbox answers at ${url} (ECONNREFUSED); start one with: npx drawdown serve --port ${new URL(url).port}`,
    );
  });

  test("an address where something else answers", async () => {
    const server = createServer((_, response) => response.end("<h1>It works!</h1>"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closers.push(() => server.close().closeAllConnections());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
    await expect(openTenant(url)).rejects.toThrow(
      `what answers at ${url} is no sandbox: POST /_sandbox/tenants was answered with 200; check the address, or start one with: npx drawdown serve`,
    );
  });

  test("what is no address", async () => {
    await expect(openTenant("localhost:4010")).rejects.toThrow(
      '"localhost:4010" is no address of a sandbox; give one such as http://127.0.0.1:4010',
    );
  });
});

describe("the fixture of Vitest", () => {
  test("gives a test a tenant", async ({ tenant }) => {
    expect(await tenant.now()).toBe(new Date(testStart).toISOString().replace(/Z$/, "000Z"));
    const { customerId, creditId } = await spend(tenant);
    expect(await tenant.ledger(customerId, creditId)).toHaveLedger(spent);
  });

  const later = test.extend({
    sandbox: createSandbox({ strict: true }),
    tenantOptions: { at: "2031-01-01T00:00:00Z" },
  });

  later("takes another sandbox and another beginning", async ({ tenant }) => {
    expect(await tenant.now()).toBe("2031-01-01T00:00:00.000000Z");
    const made = clientOf(tenant).customers.create({
      email: "ada@example.com",
      name: "Ada",
      // @ts-expect-error: a field that a strict sandbox refuses
      nmae: "Ada",
    });
    await expect(made).rejects.toThrow("strict mode");
  });
});

/** What a matcher that fails says. */
function failureOf(check: () => void): string {
  try {
    check();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("it did not fail");
}

describe("toHaveLedger", () => {
  test("reads text, lines and cells, and the entries of a page in its order", async ({
    tenant,
  }) => {
    const { balances, customerId, creditId, of } = await spend(tenant);
    const ledger = await tenant.ledger(customerId, creditId);
    expect(ledger).toHaveLedger(["credit_added +1000 0→1000", "credit_deducted -30 1000 -> 970"]);
    expect(ledger).toHaveLedger([
      ["credit_added", "+1000", "0 → 1000"],
      ["credit_deducted", "-30", "1000 → 970", "0 → 0"],
    ]);
    expect((await balances.listLedger(customerId, of)).items).toHaveLedger(spent);
    expect(ledger).not.toHaveLedger("credit_added +1000 0 → 1000");
    expect([]).toHaveLedger("");
  });

  test("prints what differs between what is the same, in columns", async ({ tenant }) => {
    const { balances, customerId, creditId, of } = await spend(tenant);
    await balances.createLedgerEntry(customerId, { ...of, entry_type: "debit", amount: "70" });
    const ledger = await tenant.ledger(customerId, creditId);
    const wrong = `
      credit_added     +1000     0 → 1000
      credit_deducted    -31  1000 →  969
      credit_deducted    -70   970 →  900
    `;
    expect(failureOf(() => expect(ledger).toHaveLedger(wrong))).toBe(
      [
        "the ledger is not as expected (- expected, + received)",
        "",
        "    type             amount  balance",
        "    credit_added      +1000     0 → 1000",
        "  - credit_deducted     -31  1000 →  969",
        "  + credit_deducted     -30  1000 →  970",
        "    credit_deducted     -70   970 →  900",
      ].join("\n"),
    );
    expect(failureOf(() => expect(ledger).toHaveLedger(spent))).toContain(
      "\n  + credit_deducted     -70   970 →  900",
    );
  });

  test("shows overage where there is some, and what it prints can be read back", async ({
    tenant,
  }) => {
    const client = clientOf(tenant);
    const credit = await client.creditEntitlements.create({
      name: "Tokens",
      unit: "token",
      precision: 0,
      rollover_enabled: false,
      overage_enabled: true,
      price_per_unit: "1",
      currency: "USD",
    });
    const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
    const of = { credit_entitlement_id: credit.id };
    const { balances } = client.creditEntitlements;
    await balances.createLedgerEntry(ada.customer_id, { ...of, entry_type: "credit", amount: "5" });
    await balances.createLedgerEntry(ada.customer_id, { ...of, entry_type: "debit", amount: "8" });
    const ledger = await tenant.ledger(ada.customer_id, credit.id);
    const printed = failureOf(() => expect(ledger).toHaveLedger("")).replaceAll("  + ", "    ");
    const table = printed.slice(printed.indexOf("    type"));
    expect(table).toBe(
      [
        "    type             amount  balance  overage",
        "    credit_added         +5  0 → 5    0 → 0",
        "    credit_deducted      -5  5 → 0    0 → 0",
        "    overage_charged      -3  0 → 0    0 → 3",
      ].join("\n"),
    );
    expect(ledger).toHaveLedger(table);
    expect(failureOf(() => expect(ledger).not.toHaveLedger(table))).toBe(
      `the ledger was expected to be another than\n\n${table}`,
    );
  });

  test("says what it cannot read", async ({ tenant }) => {
    const { customerId, creditId } = await spend(tenant);
    const ledger = tenant.ledger(customerId, creditId);
    expect(failureOf(() => expect(ledger).toHaveLedger(spent))).toContain(
      "it was given a promise, which is to be awaited first",
    );
    await expect(ledger).resolves.toHaveLedger(spent);
    expect(failureOf(() => expect([]).toHaveLedger("credit_added 1000 0 → 1000"))).toContain(
      'the line "credit_added 1000 0 → 1000" of the expected ledger cannot be read',
    );
    expect(failureOf(() => expect({ items: [] }).toHaveLedger(""))).toContain(
      'it was given {"items":[]}',
    );
  });
});

test("toHaveBalance takes a balance or a ledger", async ({ tenant }) => {
  const { balances, customerId, creditId, of } = await spend(tenant);
  const balance = await balances.retrieve(customerId, of);
  expect(balance).toHaveBalance("970");
  expect(await tenant.ledger(customerId, creditId)).toHaveBalance("970");
  expect([]).toHaveBalance("0");
  expect(failureOf(() => expect(balance).toHaveBalance("1000"))).toBe(
    "the balance is 970, expected was 1000",
  );
});
