declare const instantBrand: unique symbol;

/**
 * A moment: milliseconds since 1970-01-01T00:00:00Z. The fraction carries microseconds, the finest unit the wire
 * format prints.
 */
export type Instant = number & { readonly [instantBrand]: true };

const asInstant = (milliseconds: number): Instant => milliseconds as Instant; // the one place the brand is put on

const dayMs = 86_400_000;

/** First instant that cannot be printed with a four-digit year. */
export const instantMax = asInstant(Date.UTC(9999, 11, 31, 23, 59, 59, 999));

const instantMin = asInstant(Date.parse("0001-01-01T00:00:00Z"));

export const instantOf = (milliseconds: number): Instant => asInstant(milliseconds);

const timestampText =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Reads an RFC 3339 timestamp with any offset, to the microsecond.
 *
 * @returns the instant, or `undefined` when the text is no such timestamp or names a day that does not exist
 */
export function parseInstant(text: string): Instant | undefined {
  const match = timestampText.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [offsetHour, offsetMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) {
    return undefined;
  }
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  const whole = utc(year, month, day) + hour * 3_600_000 + minute * 60_000 + second * 1000;
  const offsetMs = (match[8] === "-" ? -1 : 1) * (offsetHour * 60 + offsetMinute) * 60_000;
  const micros = Number((match[7] ?? "").padEnd(6, "0").slice(0, 6));
  const instant = asInstant(whole - offsetMs + micros / 1000);
  return instant < instantMin || instant > instantMax ? undefined : instant;
}

/** Prints `2026-07-28T22:01:36.931280Z`: UTC with microseconds, as the live service does. */
export function formatInstant(instant: Instant): string {
  const micros = Math.round(instant * 1000 - Math.floor(instant) * 1000) % 1000;
  const whole = micros === 0 ? Math.round(instant) : Math.floor(instant);
  const text = new Date(whole).toISOString().slice(0, 23);
  return micros === 0 ? `${text}000Z` : `${text}${String(micros).padStart(3, "0")}Z`;
}

/**
 * A later moment, at the latest the end of time: nothing that was accepted leads to an instant that cannot be printed.
 *
 * @rule CLK-20 time ends with the year 9999, and with it every term
 */
export const withinTime = (milliseconds: number): Instant =>
  // What lies beyond JavaScript's own dates is no number.
  Number.isNaN(milliseconds) ? instantMax : asInstant(Math.min(milliseconds, instantMax));

/** Whole days of 24 hours after `instant`; what lies beyond the year 9999 becomes its end. */
export const addDays = (instant: Instant, days: number): Instant =>
  withinTime(instant + days * dayMs);

/**
 * The same time of day `months` calendar months later; a day the target month lacks becomes its last day
 * (31 January plus one month is 28 or 29 February).
 */
export function addMonths(instant: Instant, months: number): Instant {
  const whole = Math.floor(instant);
  const date = new Date(whole);
  const monthIndex = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const [year, month] = [Math.floor(monthIndex / 12), (((monthIndex % 12) + 12) % 12) + 1];
  const midnight = utc(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
  const day = Math.min(date.getUTCDate(), daysInMonth(year, month));
  return asInstant(utc(year, month, day) + (instant - midnight));
}

export type TimeInterval = "Day" | "Week" | "Month" | "Year";

/** A span such as three months. */
export interface Timeframe {
  readonly count: number;
  readonly interval: TimeInterval;
}

/**
 * `instant` moved by a timeframe `repeated` times; days and weeks are exact, months and years follow the calendar.
 * Counting from one anchor keeps the 31st: 31 January, 28 February, 31 March. What lies beyond the year 9999 becomes its
 * end.
 */
export function addTimeframe(
  instant: Instant,
  { count, interval }: Timeframe,
  repeated = 1,
): Instant {
  const units = count * repeated;
  switch (interval) {
    case "Day":
      return addDays(instant, units);
    case "Week":
      return addDays(instant, units * 7);
    case "Month":
      return withinTime(addMonths(instant, units));
    case "Year":
      return withinTime(addMonths(instant, units * 12));
  }
}

/** A calendar part, applied first, and an exact part. */
export interface Duration {
  readonly months: number;
  readonly ms: number;
}

const isoDuration =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/;
const shortDuration = /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d{1,3})?)s)?$/;

/**
 * Reads an ISO 8601 duration (`P1M`, `PT90S`, `P1Y2M3DT4H`) or a short one (`30d`, `1h30m`, `45s`). In the short
 * form `m` is minutes; months and years exist only in the ISO form.
 *
 * @returns the duration, or `undefined` when the text is neither or names nothing
 */
export function parseDuration(text: string): Duration | undefined {
  const iso = isoDuration.exec(text);
  const short = iso ? null : shortDuration.exec(text);
  const parts = (iso ?? short)?.slice(1);
  if (!parts || parts.every((part) => part === undefined)) return undefined;
  const numbers = parts.map((part) => Number(part ?? 0));
  const [years, months] = iso ? [numbers[0] ?? 0, numbers[1] ?? 0] : [0, 0];
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = iso
    ? numbers.slice(2)
    : numbers;
  const ms = (weeks * 7 + days) * dayMs + hours * 3_600_000 + minutes * 60_000 + seconds * 1000;
  return { months: years * 12 + months, ms };
}

/** `instant` moved by the calendar part of `duration`, then by its exact part. */
export const addDuration = (instant: Instant, duration: Duration): Instant =>
  asInstant((duration.months === 0 ? instant : addMonths(instant, duration.months)) + duration.ms);

const daysInMonth = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
      ? 30
      : 31;

/** Midnight UTC of a day. `Date.UTC` alone takes the years 0 to 99 for 1900 to 1999. */
const utc = (year: number, month: number, day: number): number =>
  new Date(0).setUTCFullYear(year, month - 1, day);
