import { expect } from "vitest";
import type { Result } from "../../harness/clients.js";
import { type Holding, pathOf, type World } from "../../harness/world.js";

export const answer = (status: number, code: string) => ({
  status,
  body: { code, message: expect.any(String) },
});

export const unreadable = answer(422, "INVALID_REQUEST_BODY");
export const against = answer(400, "INVALID_REQUEST_PARAMETERS");

/** Everything a refused request must leave as it was. */
export const stateOf = async (world: World, holding: Holding) => ({
  balance: (await world.call("retrieveBalance", { path: pathOf(holding) })).body,
  grants: await world.grants(holding),
  entries: await world.entries(holding),
});

/** Sends a request that must be refused with nothing changed. */
export async function refuses(
  world: World,
  holding: Holding,
  expected: object,
  send: () => Promise<Result>,
) {
  const before = await stateOf(world, holding);
  expect(await send()).toMatchObject(expected);
  expect(await stateOf(world, holding)).toEqual(before);
}
