import { audit } from "./audit.js";
import type { HandlersOf } from "./context.js";

/** Ledgers: whether they add up, why a figure is what it is, and entries that no call causes. */
export const ledger: HandlersOf<"audit" | "explain" | "postEntry"> = {
  audit: ({ answer, controls }) =>
    answer(async ({ tx }) => {
      const { accounts, entries, differences } = await audit(tx, controls.ledger);
      return { accounts, entries, differences: [...differences] };
    }),

  explain: ({ answer, controls }, { path }) =>
    answer((unit) => controls.explain(unit, path.credit_entitlement_id, path.customer_id)),

  async postEntry({ answer, controls }, { path, body }) {
    const posted = await answer((unit) =>
      controls.postEntry(unit, path.credit_entitlement_id, path.customer_id, body),
    );
    return { ...posted, status: 201 };
  },
};
