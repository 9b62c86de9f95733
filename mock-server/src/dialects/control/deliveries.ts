import type { Transaction } from "#sandbox/ports.js";
import { type Context, type HandlersOf, ok } from "./context.js";

/** Events and their deliveries: read, sent again, held, disturbed. */
export const deliveries: HandlersOf<
  | "readEvents"
  | "listDeliveries"
  | "retrieveDelivery"
  | "settleDeliveries"
  | "resendDelivery"
  | "replayEvents"
  | "recoverDeliveries"
  | "rotateSecret"
  | "readDeliveryMode"
  | "setDeliveryMode"
  | "sendBody"
> = {
  async readEvents({ tenant, controls }, { query }) {
    const list = await tenant.inTurn(({ agenda, businessId }) =>
      agenda.transact((unit) => controls.readEvents(unit, businessId, query)),
    );
    return ok(list);
  },

  listDeliveries: ({ answer, controls }, { query }) =>
    answer((unit) => controls.listDeliveries(unit, query)),

  retrieveDelivery: ({ answer, controls }, { path }) =>
    answer((unit) => controls.retrieveDelivery(unit, path.id)),

  async settleDeliveries({ tenant }) {
    const { courier } = await tenant.inTurn(async (it) => it);
    return ok({ attempts: await courier.settle() });
  },

  async resendDelivery({ inWorld, controls }, { path }) {
    const { world } = await inWorld((unit) => controls.resendDelivery(unit, path.id));
    await world.courier.settle();
    return ok(await world.transact((unit) => controls.retrieveDelivery(unit, path.id)));
  },

  async replayEvents(context, { path, body }) {
    const { controls } = context;
    const due = await thenWake(context, (it) => controls.replayEvents(it, path.id, body ?? {}));
    return ok({ deliveries: due });
  },

  async recoverDeliveries(context, { path }) {
    const due = await thenWake(context, (it) => context.controls.recoverDeliveries(it, path.id));
    return ok({ deliveries: due });
  },

  rotateSecret: ({ answer, controls }, { path }) =>
    answer(async (unit) => ({ secret: await controls.rotateSecret(unit, path.id) })),

  readDeliveryMode: ({ answer, controls }) => answer((unit) => controls.readDeliveryMode(unit)),

  async setDeliveryMode(context, { body }) {
    return ok(await thenWake(context, (unit) => context.controls.setDeliveryMode(unit, body)));
  },

  async sendBody({ inWorld, controls, send }, { path, body }) {
    const { world, result: request } = await inWorld((unit) =>
      controls.composeBody(unit, path.id, body.body),
    );
    const answered = await send(request, world.signal);
    return ok(
      await world.transact(async (unit) => controls.presentAnswer(unit, request, answered)),
    );
  },
};

/** Does what makes deliveries due, and has the courier of that world look at once. */
async function thenWake<Result>(
  { inWorld }: Context,
  work: (unit: Transaction) => Promise<Result>,
): Promise<Result> {
  const { world, result } = await inWorld(work);
  world.courier.wake();
  return result;
}
