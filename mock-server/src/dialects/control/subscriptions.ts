import { type HandlersOf, ok } from "./context.js";

/** What happens to subscriptions by themselves, or by their cards. */
export const subscriptions: HandlersOf<"setCard" | "closeCycle" | "readMeters" | "runMeters"> = {
  setCard: ({ answer, controls }, { path, body: { fails } }) =>
    answer(async (unit) => ({ fails, status: await controls.setCard(unit, path.id, fails) })),

  async closeCycle({ tenant, controls }, { path }) {
    const cycle = await tenant.inTurn(async ({ agenda }) => {
      await agenda.transact((unit) => controls.endCycle(unit, path.id));
      return agenda.transact((unit) => controls.readCycle(unit, path.id));
    });
    return ok(cycle);
  },

  readMeters: ({ answer, controls }, { path }) =>
    answer((unit) => controls.readMeters(unit, path.id)),

  runMeters: ({ answer, controls }) =>
    answer(async (unit) => ({ events: await controls.runMeters(unit) })),
};
