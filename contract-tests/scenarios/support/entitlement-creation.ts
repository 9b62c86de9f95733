import { expect } from "vitest";
import type { World } from "../../harness/world.js";
import { listed } from "./entitlement-calls.js";
import { type Fields, required } from "./entitlement-fields.js";

/** Each of these fields makes an otherwise good create body bad, and none of them leaves a trace. */
export async function refuses(
  world: World,
  bad: readonly Fields[],
  code = "INVALID_REQUEST_BODY",
): Promise<void> {
  const before = await listed(world);
  for (const fields of bad) {
    const sent = { ...required, name: "Refused", ...fields };
    const { status, body } = await world.call("createCreditEntitlement", { body: sent });
    expect({ status, body }, JSON.stringify(fields)).toEqual({
      status: 422,
      body: { code, message: expect.any(String) },
    });
  }
  expect(await listed(world)).toEqual(before);
}

/** Each of these fields is taken in a create body and given back as it was sent. */
export async function accepts(world: World, good: readonly Fields[]): Promise<void> {
  for (const [number, fields] of good.entries()) {
    const sent = { ...required, name: `Credit ${number}`, ...fields };
    const { status, body } = await world.call("createCreditEntitlement", { body: sent });
    expect({ status, body }, JSON.stringify(fields)).toMatchObject({ status: 201, body: sent });
  }
  expect(await listed(world)).toHaveLength(good.length);
}

export const each = (field: string, values: readonly unknown[], more: Fields = {}): Fields[] =>
  values.map((value) => ({ [field]: value, ...more }));
