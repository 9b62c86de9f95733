import {
  type Answer,
  deliveries,
  listenTo,
  Receiver,
  secretOf,
  settle,
} from "../../harness/receiver.js";
import { start, type World } from "../../harness/world.js";
import { open } from "./open-holding.js";

/** A holding and an endpoint that a receiver on this machine stands behind. */
export async function received(world: World, ...answers: readonly Answer[]) {
  const holding = await open(world);
  const receiver = await Receiver.open(...answers);
  return { ...holding, receiver, endpoint: await listenTo(world, receiver.url) };
}

/** Has one event sent; answers its delivery after the first attempt. */
export async function sendOne(world: World, ...answers: readonly Answer[]) {
  const it = await received(world, ...answers);
  await world.credit(it, "100");
  await settle(world);
  return { ...it, secret: await secretOf(world, it.endpoint) };
}

export const statusesOf = async (world: World) => (await deliveries(world)).map((it) => it.status);

/** The instant that lies so many seconds after the start of the scenario. */
export const after = (seconds: number) =>
  new Date(Date.parse(start) + seconds * 1000).toISOString().replace("Z", "000Z");
