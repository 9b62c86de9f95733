import { add, formatAmount, isPositive, zero } from "#domain/amount.js";
import { assert } from "#domain/errors.js";
import { deduct } from "#domain/ledger/deduct.js";
import { emptyTally, tallied } from "#domain/metering/aggregate.js";
import { convert, nothingMetered } from "#domain/metering/convert.js";
import type { UsageEvent } from "#domain/metering/event.js";
import { counts, type Meter } from "#domain/metering/meter.js";
import { whyNoValue, withUncounted } from "#domain/metering/uncounted.js";
import { type Instant, instantMax, instantOf } from "#domain/time.js";
import { schedule } from "#sandbox/agenda.js";
import { all } from "#sandbox/kinds.js";
import type { Transaction, Tx } from "#sandbox/ports.js";
import type { MeterLink } from "../catalogue/products/rules.js";
import { kinds, type PeriodUsage, periodUsageId, type UsageCursor } from "../kinds.js";
import { accountOf, activeSubscriptions, overageFor } from "../ledger/holdings.js";
import { post } from "../ledger/post.js";
import { drawableGrants } from "../load.js";
import { overageOf } from "../subscriptions/cart-item.js";
import type { Subscription } from "../subscriptions/rules.js";
import { taskKinds } from "../task-kinds.js";
import { beyondFree } from "./charge.js";

/** Events read at a time. */
const batch = 1000;

const freshCursor: UsageCursor = { id: "usage", ingested: 0, drained: 0, runAt: null };

export const cursorOf = async (tx: Tx): Promise<UsageCursor> =>
  (await tx.get(kinds.usageCursor, "usage")) ?? freshCursor;

/**
 * Notes that events up to `ingested` wait, and plans the worker's next pass unless it is planned already, so that idle
 * time costs nothing. Without a delay the pass is made at once.
 *
 * @rule MTR-50 usage is deducted by a pass of the worker, about once a minute
 */
export async function noteIngested(
  unit: Transaction,
  cursor: UsageCursor,
  ingested: number,
  delayMs: number,
): Promise<void> {
  if (delayMs > 0) {
    const runAt = cursor.runAt ?? planned(unit, unit.now, delayMs);
    unit.tx.put(kinds.usageCursor, { ...cursor, ingested, runAt });
    return;
  }
  unit.tx.put(kinds.usageCursor, { ...cursor, ingested });
  await drain(unit, "now");
  if (cursor.runAt === null) await planForEarly(unit, delayMs);
}

/**
 * Plans a pass after `notBefore`, at a whole multiple of the delay; without a delay, a millisecond later. After the end of
 * time there is none.
 */
function planned(unit: Transaction, notBefore: Instant, delayMs: number): Instant | null {
  const everyMs = Math.max(delayMs, 1);
  const at = instantOf((Math.floor(notBefore / everyMs) + 1) * everyMs);
  if (at > instantMax) return null;
  schedule(unit, taskKinds.runMeters, "usage", at);
  return at;
}

/** A pass that was planned: takes what waits, and plans another for events whose time has not come. */
export async function runMeters(unit: Transaction, delayMs: number): Promise<void> {
  await drain(unit, "before now");
  await planForEarly(unit, delayMs);
}

async function planForEarly(unit: Transaction, delayMs: number): Promise<void> {
  const cursor = await cursorOf(unit.tx);
  const [early] = await unit.tx.find(kinds.earlyEvent, "all", all, { limit: 1 });
  const runAt = early ? planned(unit, early.at, delayMs) : null;
  unit.tx.put(kinds.usageCursor, { ...cursor, runAt });
}

/**
 * Takes every event that waits and whose time has come, and deducts what it costs. Tasks take what happened before
 * their instant, because a period or a grant that ends then no longer has the instant itself.
 *
 * @rule MTR-58 an event is taken once
 * @rule MTR-64 whoever changes what counts takes first what was accepted before
 */
export async function drain(unit: Transaction, until: "before now" | "now"): Promise<void> {
  const { tx, now } = unit;
  const pass = new Pass(unit);
  const taken = async (event: UsageEvent): Promise<boolean> => {
    if (until === "now" ? event.at > now : event.at >= now) return false;
    await pass.take(event);
    return true;
  };
  for (const { id } of await tx.find(kinds.earlyEvent, "all", all)) {
    const event = await tx.get(kinds.event, id);
    assert(event !== undefined, `event ${id} waits but is not stored`);
    if (await taken(event)) tx.delete(kinds.earlyEvent, id);
  }
  const cursor = await cursorOf(tx);
  let { drained } = cursor;
  while (drained < cursor.ingested) {
    const events = await tx.find(kinds.event, "bySequence", all, {
      from: drained + 1,
      limit: batch,
    });
    for (const event of events) {
      if (!(await taken(event))) tx.put(kinds.earlyEvent, { id: event.id, at: event.at });
      drained = event.sequence;
    }
  }
  await pass.settle();
  if (drained !== cursor.drained) tx.put(kinds.usageCursor, { ...cursor, drained });
}

/** What one meter of one subscription counts in this pass. */
interface Counting {
  readonly subscription: Subscription;
  readonly link: MeterLink;
  readonly meter: Meter;
  usage: PeriodUsage;
}

/** One pass of the worker: counts event by event, then deducts meter by meter. */
class Pass {
  readonly #byCustomer = new Map<string, readonly Counting[]>();

  constructor(private readonly unit: Transaction) {}

  /**
   * Counts an event.
   *
   * @rule MTR-59 usage of a period that is settled is not deducted any more
   * @rule MTR-61 nor usage from before the subscription
   */
  async take(event: UsageEvent): Promise<void> {
    const countings = await this.#countings(event.customerId);
    for (const counting of countings) {
      const { subscription, meter } = counting;
      if (!counts(meter, event)) continue;
      const countsText = this.unit.policy.numericStrings === "counted";
      const isLate = event.at < subscription.previousBillingAt;
      const reason = isLate ? "late" : whyNoValue(meter.aggregation, event, countsText);
      const { usage } = counting;
      const uncounted = reason ? withUncounted(usage.uncounted, reason, event) : usage.uncounted;
      const tally = isLate
        ? usage.tally
        : tallied(meter.aggregation, usage.tally, event, countsText);
      counting.usage = { ...usage, tally, uncounted };
    }
  }

  /** @rule MTR-56 one deduction for each meter and pass, none for nothing */
  async settle(): Promise<void> {
    for (const countings of this.#byCustomer.values()) {
      for (const counting of countings) await this.#deduct(counting);
    }
  }

  /**
   * @rule MTR-52 only active subscriptions count
   * @rule MTR-53 of several with the same meter and credit, the oldest
   * @rule MTR-60 a meter that is archived, or taken off the product, counts nothing any more
   */
  async #countings(customerId: string): Promise<readonly Counting[]> {
    const known = this.#byCustomer.get(customerId);
    if (known) return known;
    const { tx } = this.unit;
    const found = new Map<string, Counting>();
    for (const subscription of await activeSubscriptions(tx, customerId)) {
      const linked = await this.#linkedMeters(subscription);
      for (const link of subscription.meters) {
        const key = `${link.meterId} ${link.entitlementId}`;
        if (found.has(key) || !linked.has(link.meterId)) continue;
        const meter = await tx.get(kinds.meter, link.meterId);
        if (!meter || meter.archivedAt !== null) continue;
        found.set(key, { subscription, link, meter, usage: await this.#usage(subscription, link) });
      }
    }
    const countings = [...found.values()];
    this.#byCustomer.set(customerId, countings);
    return countings;
  }

  /** The meters that the subscription's product still has. */
  async #linkedMeters({ productId }: Subscription): Promise<ReadonlySet<string>> {
    const product = await this.unit.tx.get(kinds.product, productId);
    const links = product?.price.type === "usage_based_price" ? product.price.meters : [];
    return new Set(links.map((it) => it.meterId));
  }

  /** What was counted so far in the current period; a new period begins at nothing. */
  async #usage(subscription: Subscription, link: MeterLink): Promise<PeriodUsage> {
    const id = periodUsageId(subscription.id, link.meterId);
    const stored = await this.unit.tx.get(kinds.periodUsage, id);
    const periodStartAt = subscription.previousBillingAt;
    if (stored?.periodStartAt === periodStartAt) return stored;
    const dropped = stored?.dropped ?? zero;
    const fresh = { tally: emptyTally, metered: nothingMetered, uncounted: [] };
    return { id, periodStartAt, ...fresh, dropped };
  }

  /**
   * Deducts what a meter has counted; one without a credit costs none (MTR-38).
   *
   * @rule MTR-40 free units cost credits all the same, unless the policy says otherwise (C10)
   */
  async #deduct({ subscription, link, usage }: Counting): Promise<void> {
    const { tx, now, policy } = this.unit;
    const { entitlementId, unitsPerCredit } = link;
    if (entitlementId === null) return tx.put(kinds.periodUsage, usage);
    const entitlement = await tx.get(kinds.entitlement, entitlementId);
    assert(
      entitlement !== undefined && unitsPerCredit !== null,
      `meter ${link.meterId} of ${subscription.id} names no credit that is stored`,
    );
    const { precision } = entitlement;
    const { credits, beyond, metered } = convert(
      usage.metered,
      policy.freeThresholdOnCredits === "applied"
        ? beyondFree(usage.tally.total, link.freeThreshold)
        : usage.tally.total,
      unitsPerCredit,
      precision,
    );
    let dropped = add(usage.dropped, beyond);
    if (isPositive(credits)) {
      const item = subscription.cart.find((it) => it.entitlementId === entitlement.id);
      const account = await accountOf(this.unit, entitlement.id, subscription.customerId);
      const deduction = deduct(
        account,
        await drawableGrants(this.unit, account, credits),
        {
          entryType: "credit_deducted",
          amount: credits,
          overage: item
            ? overageOf(item)
            : await overageFor(tx, entitlement, subscription.customerId),
          excess: "drop",
          reference: { type: "subscription", id: subscription.id },
          description: "Credits consumed by usage",
          metadata: subscription.metadata,
          print: (it) => formatAmount(it, precision),
        },
        now,
      );
      dropped = add(dropped, deduction.dropped);
      if (deduction.posting) post(this.unit, account, deduction.posting);
    }
    tx.put(kinds.periodUsage, { ...usage, metered, dropped });
  }
}
