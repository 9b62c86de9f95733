import fc from "fast-check";
import { expect, test } from "vitest";
import { plainHttp } from "../harness/clients.js";
import { attach, recurringPrice, sell, subscribe, subscriptionOf } from "../harness/storefront.js";
import { inProcess } from "../harness/transports.js";
import { start, World } from "../harness/world.js";

/** Rounds tried, the same ones in every run; DRAWDOWN_RUNS tries more. */
const numRuns = Number(process.env["DRAWDOWN_RUNS"] ?? 150);
const seed = Number(process.env["DRAWDOWN_SEED"] ?? 20261128);

interface Plan {
  readonly credits: number;
  readonly prorates: boolean;
}

interface Change {
  readonly to: number;
  readonly quantity: number;
  readonly mode:
    | "prorated_immediately"
    | "full_immediately"
    | "difference_immediately"
    | "do_not_bill";
  readonly afterHours: number;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  credits: fc.integer({ min: 50, max: 500 }),
  prorates: fc.boolean(),
});

const change: fc.Arbitrary<Change> = fc.record({
  to: fc.nat(2),
  quantity: fc.constantFrom(1, 1, 2),
  mode: fc.constantFrom(
    "prorated_immediately" as const,
    "full_immediately" as const,
    "difference_immediately" as const,
    "do_not_bill" as const,
  ),
  // All of them in one month, so that no renewal comes between.
  afterHours: fc.constantFrom(0, 1, 24, 61),
});

/** Three plans that cost a cent a credit, and a customer on the first of them. */
async function open(plans: readonly Plan[], isReset: boolean) {
  const opened = await inProcess.open({ at: start, frozen: true });
  const world = new World("dodo_test_r", opened, plainHttp.connect(opened, "dodo_test_r"));
  if (!isReset) await world.control("PATCH", "/_sandbox/policy", { planChangeDates: "unchanged" });
  const holding = { entitlement: await world.entitlement(), customer: await world.customer() };
  const products = await Promise.all(
    plans.map(({ credits, prorates }) =>
      sell(world, recurringPrice({ price: credits }), [
        attach(holding.entitlement, String(credits), {
          proration_behavior: prorates ? "prorate" : "no_prorate",
        }),
      ]),
    ),
  );
  const [first] = products;
  if (!first) throw new Error("there is no plan");
  const id = await subscribe(world, first, holding.customer);
  return { world, id, holding, products };
}

interface Stay {
  readonly plan: number;
  readonly quantity: number;
  /** Credits of a period. */
  readonly credits: number;
}

/** What a charge pays for, in credits, by the share of the period that is left. */
function paidBy(mode: Change["mode"], from: Stay, to: Stay, left: number): number {
  if (from.plan === to.plan && from.quantity === to.quantity) return 0;
  if (mode === "full_immediately") return to.credits;
  if (mode === "difference_immediately") return to.credits - from.credits;
  return mode === "prorated_immediately" ? (to.credits - from.credits) * left : 0;
}

/** The share of the current period that is left. */
async function shareLeft(world: World, id: string): Promise<number> {
  const { now } = await world.control<{ now: string }>("GET", "/_sandbox/clock");
  const { previous_billing_date, next_billing_date } = await subscriptionOf(world, id);
  const [from, to] = [Date.parse(previous_billing_date), Date.parse(next_billing_date)];
  return (to - Date.parse(now)) / (to - from);
}

test("SUB-79 a round of plan changes leaves no more credits than were paid for", {
  timeout: 3_600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(plan, plan, plan),
      fc.boolean(),
      fc.array(change, { minLength: 1, maxLength: 9, size: "max" }),
      async (plans, isReset, changes) => {
        const { world, id, holding, products } = await open(plans, isReset);
        const first: Stay = { plan: 0, quantity: 1, credits: plans[0].credits };
        let [at, paid] = [first, first.credits];
        for (const [step, { to, quantity, mode, afterHours }] of changes.entries()) {
          await world.advance(`${afterHours}h`);
          const isBack = step === changes.length - 1;
          const credits = (plans[to]?.credits ?? 0) * quantity;
          const next: Stay = isBack ? first : { plan: to, quantity, credits };
          paid += paidBy(mode, at, next, await shareLeft(world, id));
          await world.ok("changePlan", {
            path: { subscription_id: id },
            body: {
              product_id: products[next.plan]?.product_id,
              quantity: next.quantity,
              proration_billing_mode: mode,
            },
          });
          at = next;
        }
        // What was there at first is not taken by a round; each change may round a credit its way.
        const most = Math.max(first.credits, paid) + changes.length;
        expect(Number((await world.balance(holding)).balance)).toBeLessThanOrEqual(most);
        await world.audited();
      },
    ),
    { numRuns, seed },
  );
});
