import type { UsageEvent } from "#domain/metering/event.js";
import { counts, type Meter } from "#domain/metering/meter.js";
import { whyNoValue } from "#domain/metering/uncounted.js";
import { formatInstant } from "#domain/time.js";
import type { Transaction } from "#sandbox/ports.js";
import { kinds } from "../kinds.js";
import { activeSubscriptions } from "../ledger/holdings.js";
import type { Subscription } from "../subscriptions/rules.js";

/** Most sentences about the events of one request; one more says how many other events there are. */
const sentencesMax = 5;

/** Meters that are named where an event has no meter of its own. */
const namesMax = 5;

/** Events that count nowhere for one reason, which the first of them stands for. */
interface Finding {
  readonly first: UsageEvent;
  readonly why: string;
  events: number;
}

/**
 * Tells of events that were stored and count nowhere. Meters are looked up once for each event name of the request, and
 * subscriptions once for each customer with an event of the past; an event that counts costs no more than that.
 *
 * @rule WRN-03 no meter of that name, in that case; a property that is missing, or no number; a period that is over
 */
export async function warnOfUncounted(
  unit: Transaction,
  events: readonly UsageEvent[],
): Promise<void> {
  const lookups = new Lookups(unit);
  const countsText = unit.policy.numericStrings === "counted";
  const findings = new Map<string, Finding>();
  for (const event of events) {
    const named = lookups.known(event.name) ?? (await lookups.metersNamed(event.name));
    const why =
      whyUncounted(event, named, countsText) ??
      (event.at < unit.now ? await lookups.whyLate(event, named.meters) : undefined);
    if (why === undefined) continue;
    const key = `${event.name} ${why}`;
    const known = findings.get(key);
    if (known) known.events += 1;
    else findings.set(key, { first: event, why, events: 1 });
  }
  if (findings.size > 0) await tell(lookups, [...findings.values()], unit);
}

/** What is wrong with the event itself; undefined: a meter counts it, or leaves it out by its filter. */
function whyUncounted(
  event: UsageEvent,
  { meters, otherCase }: Named,
  countsText: boolean,
): string | undefined {
  if (meters.length === 0) return otherCase ? whyOtherCase(otherCase) : nameless;
  let why: string | undefined;
  for (const meter of meters) {
    if (!counts(meter, event)) continue;
    const reason = whyNoValue(meter.aggregation, event, countsText);
    if (reason === undefined) return undefined;
    const { type, key } = meter.aggregation;
    const aggregates = `meter ${meter.id} takes the ${type} of \`${key}\`, which is`;
    why ??=
      reason === "property-missing"
        ? `${aggregates} missing in \`metadata\``
        : `${aggregates} ${quoted(event.metadata?.[key ?? ""])} and no number; send a number, without separators or units`;
  }
  return why;
}

/** Most characters of what a caller sent that are repeated. */
const charactersMax = 60;

const quoted = (value: unknown): string =>
  JSON.stringify(
    typeof value === "string" && value.length > charactersMax
      ? `${value.slice(0, charactersMax)}...`
      : value,
  );

const nameless = "no meter counts events of this name";

const whyOtherCase = ({ id, eventName }: Meter): string =>
  `names are case-sensitive, and meter ${id} counts ${JSON.stringify(eventName)}`;

/** The meters of one event name. */
interface Named {
  readonly meters: readonly Meter[];
  /** One whose event name is the same in another case. */
  readonly otherCase: Meter | undefined;
}

/** What the events of one request are held against, each looked up once. */
class Lookups {
  readonly #named = new Map<string, Named>();
  readonly #subscriptions = new Map<string, readonly Subscription[]>();

  constructor(private readonly unit: Transaction) {}

  /** Meters of this event name, if they were looked up. */
  known(eventName: string): Named | undefined {
    return this.#named.get(eventName);
  }

  async metersNamed(eventName: string): Promise<Named> {
    const found = await this.unit.tx.find(kinds.meter, "byEventName", eventName.toLowerCase());
    const named = {
      meters: found.filter((it) => it.eventName === eventName),
      otherCase: found.find((it) => it.eventName !== eventName),
    };
    this.#named.set(eventName, named);
    return named;
  }

  /** Why the event belongs to no open period of any subscription that would count it; undefined: it does. */
  async whyLate(event: UsageEvent, meters: readonly Meter[]): Promise<string | undefined> {
    const { customerId } = event;
    const active =
      this.#subscriptions.get(customerId) ?? (await activeSubscriptions(this.unit.tx, customerId));
    this.#subscriptions.set(customerId, active);
    let why: string | undefined;
    for (const meter of meters) {
      if (!counts(meter, event)) continue;
      for (const { id, meters: links, previousBillingAt } of active) {
        if (!links.some((it) => it.meterId === meter.id)) continue;
        if (event.at >= previousBillingAt) return undefined;
        why ??= `it is of ${formatInstant(event.at)}, but the period of ${id} that meter ${meter.id} counts began at ${formatInstant(previousBillingAt)}, and the one before is settled`;
      }
    }
    return why;
  }

  /** Names that there are meters for, as examples. */
  async names(): Promise<string> {
    const some = await this.unit.tx.find(kinds.meter, "byState", "active", { limit: namesMax });
    return some.length === 0
      ? "there is no meter"
      : `there are meters for ${some.map((it) => JSON.stringify(it.eventName)).join(", ")}`;
  }
}

async function tell(
  lookups: Lookups,
  findings: readonly Finding[],
  { warn }: Transaction,
): Promise<void> {
  for (const { first, why, events } of findings.slice(0, sentencesMax)) {
    const more = events === 1 ? "" : ` and ${events - 1} more`;
    const hint = why === nameless ? `; ${await lookups.names()}` : "";
    warn(
      `event ${quoted(first.id)}${more}, named ${quoted(first.name)}, counts nowhere: ${why}${hint}`,
    );
  }
  const rest = findings.slice(sentencesMax).reduce((sum, { events }) => sum + events, 0);
  if (rest > 0) warn(`${rest} more events count nowhere, for other reasons`);
}
