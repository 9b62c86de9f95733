import type { operations } from "@drawdown/spec/dodo";
import { DomainError } from "#domain/errors.js";
import { type Instant, parseInstant } from "#domain/time.js";
import type { Call } from "#http/call.js";
import type { Handlers } from "#http/contract.js";
import type { Find, Transaction } from "#sandbox/ports.js";
import type { DodoSettings } from "./settings.js";

/** What a handler of the vendor's API works with: one transaction, and whose it is. */
export interface Context extends Transaction {
  readonly businessId: string;
  /** The address of a page of the sandbox about a session. */
  readonly linkTo: Call["linkTo"];
  readonly settings: DodoSettings;
}

/** The handlers of some operations; together they are all of them. */
export type HandlersOf<Id extends keyof operations> = Pick<Handlers<operations, Context>, Id>;

/** @throws DomainError not-found */
export function notFound(what: string, id: string, rule: string): never {
  throw new DomainError("not-found", rule, {
    message: `Item not found: there is no ${what} ${JSON.stringify(id)}; ids are case-sensitive and belong to one key`,
  });
}

/**
 * Whether an instant lies between two dates of a query, both included; a date that is absent bounds nothing. The query
 * is decoded, so the dates can be read.
 */
export function withinDates(
  fromText: string | undefined,
  toText: string | undefined,
): (at: Instant) => boolean {
  const from = fromText === undefined ? undefined : parseInstant(fromText);
  const to = toText === undefined ? undefined : parseInstant(toText);
  return (at) => (from === undefined || at >= from) && (to === undefined || at <= to);
}

/**
 * The slice of a list that a page names. Both parameters have defaults, so both are set once the query is decoded.
 *
 * @rule PAG-01 offset is page number times page size, pages count from zero
 * @rule PAG-03 a page past the end is empty
 */
export const page = (query: {
  readonly page_size?: number;
  readonly page_number?: number;
}): Pick<Find<never>, "offset" | "limit"> => {
  const { page_size: limit = 10, page_number: number = 0 } = query;
  return { offset: number * limit, limit };
};
