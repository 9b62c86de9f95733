import type { components } from "@drawdown/spec/control";
import { formatAmount, zero } from "#domain/amount.js";
import type { UncountedReason } from "#domain/metering/uncounted.js";
import type { Transaction, Tx } from "#sandbox/ports.js";
import { kinds, periodUsageId } from "../kinds.js";
import { load } from "../load.js";
import type { Subscription } from "../subscriptions/rules.js";

type Schemas = components["schemas"];

/**
 * What the meters of a subscription have counted in its current period, and what they have not.
 *
 * @rule WRN-04 events that were not counted stand there by reason
 */
export async function readMeters(
  { tx }: Transaction,
  subscriptionId: string,
): Promise<Schemas["MeterReadings"]> {
  const subscription = await load(tx, kinds.subscription, subscriptionId, "SUB-75");
  const items = [];
  for (const { meterId, entitlementId } of subscription.meters) {
    const usage = await tx.get(kinds.periodUsage, periodUsageId(subscription.id, meterId));
    const current = usage?.periodStartAt === subscription.previousBillingAt ? usage : undefined;
    const entitlement =
      entitlementId === null ? undefined : await tx.get(kinds.entitlement, entitlementId);
    items.push({
      meter_id: meterId,
      credit_entitlement_id: entitlementId,
      units: (current?.tally.total ?? zero).toFixed(),
      uncharged_units: (current?.metered.carried ?? zero).toFixed(),
      events: current?.tally.counted ?? 0,
      skipped_events: current?.tally.skipped ?? 0,
      uncounted: (current?.uncounted ?? []).map(({ reason, events, lastEventId }) => ({
        reason: reasons[reason],
        events,
        last_event_id: lastEventId,
      })),
      blocked: formatAmount(usage?.dropped ?? zero, entitlement?.precision ?? 0),
    });
  }
  return { items, unmetered: await unmeteredOf(tx, subscription) };
}

const reasons = {
  late: "late",
  "property-missing": "property_missing",
  "not-a-number": "not_a_number",
} as const satisfies { readonly [Reason in UncountedReason]: string };

/** Most events looked through for names that no meter counts, newest first. */
const eventsMax = 1000;

/** Most names shown. */
const namesMax = 20;

/** The customer's events of the current period whose name none of the subscription's meters counts. */
async function unmeteredOf(
  tx: Tx,
  { customerId, meters, previousBillingAt }: Subscription,
): Promise<Schemas["MeterReadings"]["unmetered"]> {
  const counted = new Set<string>();
  for (const { meterId } of meters) {
    const meter = await tx.get(kinds.meter, meterId);
    if (meter) counted.add(meter.eventName);
  }
  const newest = await tx.find(kinds.event, "byCustomer", customerId, {
    descending: true,
    limit: eventsMax,
  });
  const byName = new Map<string, { event_name: string; events: number; last_event_id: string }>();
  for (const { id, name, at } of newest) {
    if (at < previousBillingAt || counted.has(name)) continue;
    const known = byName.get(name);
    if (known) known.events += 1;
    else if (byName.size < namesMax) {
      byName.set(name, { event_name: name, events: 1, last_event_id: id });
    }
  }
  return [...byName.values()];
}
