import { APIConnectionError, APIError } from "./errors.js";
import { retryAfterMs } from "./retry-delay.js";

const retryMsFirst = 1_000;
const retryMsMax = 60_000;
/** A server may ask for a longer wait than ours, up to this. */
const retryAfterMsMax = 10 * 60_000;

/** Whether the same batch may well succeed later: there was no answer, or 408, 429 or 500 and above. */
export function isPassing(error: unknown): error is APIError {
  if (!(error instanceof APIError)) return false;
  const { status, headers } = error;
  if (status === undefined) return error instanceof APIConnectionError;
  const told = headers?.get("x-should-retry");
  if (told === "true" || told === "false") return told === "true";
  return status === 408 || status === 429 || status >= 500;
}

/** Milliseconds until a batch that failed `failures` times before is sent again: 1 s, 2 s, up to 60 s, or as asked. */
export function resendDelayMs({ headers }: APIError, failures: number): number {
  const asked = (headers && retryAfterMs(headers)) ?? 0;
  const growing = Math.min(retryMsFirst * 2 ** failures, retryMsMax);
  return Math.max(growing, Math.min(asked, retryAfterMsMax));
}

/** Statuses that may be the fault of single events; any other refusal meets every event alike. */
const statusesOfEvents: readonly (number | undefined)[] = [400, 409, 413, 422];

/**
 * The parts in which a refused batch is to be tried again; `undefined` when smaller parts would fare no better. An event
 * that the message names (`events[3]`) is tried alone and not taken for bad: a message is prose. Otherwise halves.
 */
export function partsToTry<Event>(
  batch: readonly Event[],
  error: unknown,
): readonly (readonly Event[])[] | undefined {
  if (batch.length < 2) return undefined;
  if (!(error instanceof APIError) || !statusesOfEvents.includes(error.status)) return undefined;
  const named = Number(/\bevents\[(\d+)\]/.exec(error.message)?.[1] ?? Number.NaN);
  if (named < batch.length) {
    return [batch.slice(named, named + 1), batch.filter((_, position) => position !== named)];
  }
  const half = Math.ceil(batch.length / 2);
  return [batch.slice(0, half), batch.slice(half)];
}
