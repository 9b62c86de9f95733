import {
  type Answer,
  type Attempt,
  attemptAsSigned,
  deliveries,
  type Endpoint,
  listenTo,
  Receiver,
  verifiers,
} from "../../harness/receiver.js";
import type { World } from "../../harness/world.js";
import { open } from "./open-holding.js";

type Fields = Readonly<Record<string, unknown>>;

/** Calls the control API and answers its status. */
export async function statusOf(world: World, method: string, path: string, body?: unknown) {
  const response = await world.raw(method, path, {
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.status;
}

export async function received(world: World, ...answers: readonly Answer[]) {
  const holding = await open(world);
  const receiver = await Receiver.open(...answers);
  const endpoint = await listenTo(world, receiver.url);
  const add = async (...amounts: readonly string[]) => {
    for (const amount of amounts) await world.credit(holding, amount);
  };
  return { ...holding, receiver, endpoint, add };
}

export const amountsOf = (receiver: Receiver) =>
  receiver.requests.map((it) => it.payload.data["amount"]);

export const idsOf = (receiver: Receiver) =>
  receiver.requests.map((it) => it.headers["webhook-id"]);

export const statusesOf = async (world: World) => (await deliveries(world)).map((it) => it.status);

export const act = (world: World, { id }: Pick<Endpoint, "id">, action: string, body?: Fields) =>
  world.control<{ deliveries: number }>("POST", `/_sandbox/webhooks/${id}/${action}`, body);

export const verifyAll = (attempt: Attempt | undefined, secret: string) =>
  Object.values(verifiers).map((verify) => verify(attemptAsSigned(attempt), secret));
