import type { HandlersOf } from "./context.js";

/** What a customer sees and does on the pages an application sends them to. */
export const checkouts: HandlersOf<"viewCheckout" | "completeCheckout" | "viewPortal"> = {
  viewCheckout: ({ answer, controls }, { path }) =>
    answer((unit) => controls.viewCheckout(unit, path.id)),

  completeCheckout: ({ answer, controls }, { path, body }) =>
    answer((unit) => controls.completeCheckout(unit, path.id, body?.outcome ?? "succeeds")),

  viewPortal: ({ answer, controls }, { path, query }) =>
    answer((unit) => controls.viewPortal(unit, path.id, query)),
};
