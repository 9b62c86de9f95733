import { expect, test } from "vitest";
import { canUnplug, unplugged } from "./support/offline.js";
import { finish } from "./support/programs.js";
import { fromSources, nodeCommand, shownBy } from "./support/readme.js";

const demo = nodeCommand([...fromSources, "demo.ts"], "examples/neural-api");
const demoAsJson = { ...demo, args: [...demo.args, "--json"] };

const entry = (at: string, type: string, amount: string, balance: string, overage = "0") => ({
  at: `${at}:00.000000Z`,
  type,
  amount,
  balance,
  overage,
});

const payment = (
  at: string,
  total: number,
  ...items: readonly [what: string, cents: number][]
) => ({
  at: `${at}:00.000000Z`,
  total,
  items: items.map(([what, cents]) => ({ what, cents })),
});

test("examples/neural-api: the demo ends with two ledgers, what was paid, and a clean audit", async () => {
  const { steps, statements, audit } = JSON.parse(await finish(demoAsJson));
  const [ada, bob] = statements.map((it: { customer_id: string }) => it.customer_id);
  expect(steps.flatMap((it: { webhooks: string[] }) => it.webhooks)).toEqual([
    `[credit.added] customer=${ada} amount=40000000`,
    `[credit.deducted] customer=${ada} amount=948`,
    `[credit.deducted] customer=${ada} amount=39999052`,
    `[credit.overage_charged] customer=${ada}`,
    `[credit.added] customer=${ada} amount=5000000`,
    `[credit.deducted] customer=${ada} amount=120016`,
    `[credit.added] customer=${bob} amount=10000000`,
    `[credit.deducted] customer=${bob} amount=10000000`,
    `[credit.added] customer=${ada} amount=40000000`,
    `[credit.added] customer=${bob} amount=10000000`,
  ]);
  expect(statements).toEqual([
    {
      name: "Ada",
      customer_id: expect.stringMatching(/^cus_/),
      ledger: [
        entry("2026-01-01T09:00", "credit_added", "+40000000", "40000000"),
        entry("2026-01-01T09:01", "credit_deducted", "-948", "39999052"),
        entry("2026-01-10T20:01", "credit_deducted", "-39999052", "0"),
        entry("2026-01-10T20:01", "overage_charged", "4806539", "0", "4806539"),
        entry("2026-01-10T20:01", "credit_added", "+5000000", "5000000", "4806539"),
        entry("2026-01-10T20:02", "credit_deducted", "-120016", "4879984", "4806539"),
        entry("2026-02-01T09:00", "overage_reset", "4806539", "4879984"),
        entry("2026-02-01T09:00", "credit_added", "+40000000", "44879984"),
      ],
      payments: [
        payment("2026-01-01T09:00", 9900, ["the plan", 9900]),
        payment("2026-01-10T20:01", 1900, ["a pack", 1900]),
        payment(
          "2026-02-01T09:00",
          12_303,
          ["the plan", 9900],
          ["4,806,539 tokens beyond zero at 0.0005 cents", 2403],
        ),
      ],
    },
    {
      name: "Bob",
      customer_id: expect.stringMatching(/^cus_/),
      ledger: [
        entry("2026-01-12T08:00", "credit_added", "+10000000", "10000000"),
        entry("2026-01-12T08:01", "credit_deducted", "-10000000", "0"),
        entry("2026-02-12T08:00", "credit_added", "+10000000", "10000000"),
      ],
      payments: [
        payment("2026-01-12T08:00", 2900, ["the plan", 2900]),
        payment("2026-02-12T08:00", 2900, ["the plan", 2900]),
      ],
    },
  ]);
  expect(audit).toEqual({ accounts: 2, entries: 11, differences: [] });
}, 180_000);

const offline = "examples/neural-api: without any network the demo prints what the README shows";

// A machine that judges changes has to be able to; any other may be without.
test.skipIf(!canUnplug && !process.env["CI"])(
  canUnplug ? offline : `${offline} (skipped: this machine gives no process a network of its own)`,
  async () => {
    const networks = nodeCommand(["-p", "Object.keys(os.networkInterfaces())"]);
    expect(await finish(unplugged(networks))).toBe("[ 'lo' ]\n");
    expect(await finish(unplugged(demo))).toMatch(shownBy("neural-api"));
  },
  180_000,
);
