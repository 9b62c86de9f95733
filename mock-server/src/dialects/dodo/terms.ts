import { DomainError } from "#domain/errors.js";
import type { Timeframe, TimeInterval } from "#domain/time.js";
import { addTimeframe, formatInstant, type Instant, instantMax } from "#domain/time.js";

/** Fields that say how long something lasts, and the interval they count or the field that has it. */
const terms: { readonly [count: string]: { readonly interval: TimeInterval | string } } = {
  expires_after_days: { interval: "Day" },
  trial_period_days: { interval: "Day" },
  rollover_timeframe_count: { interval: "rollover_timeframe_interval" },
  payment_frequency_count: { interval: "payment_frequency_interval" },
  subscription_period_count: { interval: "subscription_period_interval" },
};

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;

/**
 * Refuses a body, wherever in it, that gives a term which would not end in the years that can be printed if it began
 * now. One that was given earlier, and begins too late, ends with the time there is (CLK-20).
 *
 * @rule CLK-22 a term that leads beyond the year 9999 is refused where it is given
 * @throws DomainError terms-inconsistent
 */
export function checkTerms(body: unknown, now: Instant, path = ""): void {
  if (!isFields(body)) return;
  for (const [name, value] of Object.entries(body)) {
    const where = Array.isArray(body) ? `${path}[${name}]` : path === "" ? name : `${path}.${name}`;
    const term = typeof value === "number" ? termOf(body, name, value) : undefined;
    if (term && !(addTimeframe(now, term) < instantMax)) throw tooLong(where, term, now);
    // What a caller keeps with a thing means nothing to us.
    if (name !== "metadata") checkTerms(value, now, where);
  }
}

function termOf(fields: Fields, name: string, count: number): Timeframe | undefined {
  const interval = Object.hasOwn(terms, name) ? terms[name]?.interval : undefined;
  if (interval === undefined) return undefined;
  const named = Object.hasOwn(fields, interval) ? fields[interval] : interval;
  return isInterval(named) ? { count, interval: named } : undefined;
}

const isInterval = (value: unknown): value is TimeInterval =>
  value === "Day" || value === "Week" || value === "Month" || value === "Year";

const tooLong = (where: string, { count, interval }: Timeframe, now: Instant): DomainError =>
  new DomainError("terms-inconsistent", "CLK-22", {
    message: `\`${where}\` is ${count}, and so many ${interval.toLowerCase()}s from now, ${formatInstant(now)}, lead beyond the year 9999; send a smaller number`,
  });
