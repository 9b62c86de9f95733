import { DomainError } from "#domain/errors.js";
import { addDays, formatInstant, type Instant } from "#domain/time.js";

/**
 * When a grant issued `now` expires: at the date asked for, else the credit's own lifetime in days of 24 hours after
 * issuance, else never (null).
 *
 * @rule GRT-04 issuance plus days times 24 hours
 * @rule GRT-05 an explicit date wins over the credit's lifetime
 * @rule EXP-03 no lifetime, no expiry
 * @rule EXP-13 any future date
 * @rule LED-17 a date that is not in the future is refused
 * @throws DomainError expiry-in-past
 */
export function expiryOf(
  now: Instant,
  requestedAt: Instant | null,
  lifetimeDays: number | null,
): Instant | null {
  if (requestedAt === null) return lifetimeDays === null ? null : addDays(now, lifetimeDays);
  if (requestedAt <= now) {
    throw new DomainError("expiry-in-past", "LED-17", {
      message: `\`expires_at\` is ${formatInstant(requestedAt)} but must be later than now, ${formatInstant(now)}; send a future date or leave it out`,
    });
  }
  return requestedAt;
}

/**
 * Whether a grant is past its date. The instant itself counts: whoever calls at `expiresAt` finds it gone. Only the
 * last usage before that instant is still taken from it, by the tasks that go before the expiry (EXP-20).
 *
 * @rule EXP-07 expired grants are never consumed
 */
export const isPast = (expiresAt: Instant | null, now: Instant): boolean =>
  expiresAt !== null && expiresAt <= now;
