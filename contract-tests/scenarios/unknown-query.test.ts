import { expect } from "vitest";
import { httpScenario } from "../harness/scenario.js";
import type { World } from "../harness/world.js";

async function answered(world: World, path: string, headers: Record<string, string> = {}) {
  const response = await world.raw("GET", path, { headers });
  return { status: response.status, body: await response.json() };
}

httpScenario("CTL-01 the control API refuses query parameters it does not know", async (world) => {
  expect(await answered(world, "/_sandbox/deliveries?limt=5")).toEqual({
    status: 422,
    body: {
      code: "INVALID_QUERY_PARAMS",
      message:
        'unknown query parameter "limt" (did you mean `limit`?); it takes webhook_id, status, event_type, after, limit',
    },
  });
  const [health, clock] = ["/_sandbox/health?now=1", "/_sandbox/clock?toString=1"];
  for (const path of [health, clock]) {
    const { status, body } = await answered(world, path);
    expect([status, body.message]).toEqual([422, expect.stringMatching(/; it takes none$/)]);
  }
  expect((await answered(world, "/_sandbox/deliveries?limit=5&limit=6")).status).toBe(200);
});

httpScenario("CTL-01 a refusal of a long name is short", async (world) => {
  const { status, body } = await answered(world, `/_sandbox/events?${"x".repeat(8000)}=1`);
  expect(status).toBe(422);
  expect(body.message.length).toBeLessThan(250);
});

httpScenario(
  "CTL-01 the vendor's operations ignore theirs unless the request is strict",
  async (world) => {
    const path = "/customers?page_sise=5";
    expect((await answered(world, path)).status).toBe(200);
    const strict = await answered(world, path, { "drawdown-strict": "true" });
    expect([strict.status, strict.body.message]).toEqual([
      422,
      expect.stringContaining('"page_sise" (did you mean `page_size`?)'),
    ]);
  },
);
