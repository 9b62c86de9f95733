import type { components } from "@drawdown/spec/dodo";

type Currency = components["schemas"]["Currency"];

/** The code as one of the document's currencies: the body validator let no other in. */
export const currencyOf = (code: string): Currency => code as Currency;
