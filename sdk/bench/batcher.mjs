import { load } from "./packages.mjs";
import { compare, inTurns } from "./rounds.mjs";
import { withServer } from "./with-server.mjs";

const bearerToken = "dodo_test_bench";
const eventsSingly = 1_000;
const eventsBatched = 50_000;
const inFlightMax = 16;

const event = (number) => ({
  event_id: `evt_${number}`,
  customer_id: "cus_TV52uJWWXt2yIoBBxpjaa",
  event_name: "api.tokens_used",
  timestamp: "2026-01-02T03:04:05Z",
  metadata: { tokens: 1532, model: "small" },
});

/** Events a second from an application to a server that reads them and does nothing else. */
export const measureBatcher = ({ rounds }) =>
  withServer(async (baseURL) => {
    const official = new (load("dodopayments").default)({ bearerToken, baseURL });
    const ours = new (load("@drawdown/sdk").default)({ bearerToken, baseURL });
    const contestants = {
      "dodopayments, an event a call": () => singly(official, 1),
      "@drawdown/sdk, an event a call": () => singly(ours, 1),
      "dodopayments, an event a call, 16 in flight": () => singly(official, inFlightMax),
      "@drawdown/sdk, an event a call, 16 in flight": () => singly(ours, inFlightMax),
      "dodopayments, batches of 1,000 by hand": () => byHand(official),
      "@drawdown/sdk, batcher": () => batched(ours),
    };
    await inTurns(contestants, 1); // compiled afterwards
    const found = await inTurns(contestants, rounds);
    return compare(found, "dodopayments, an event a call", 0);
  });

const singly = (client, inFlight) =>
  perSecond(eventsSingly, async () => {
    let next = 0;
    const inARow = async () => {
      while (next < eventsSingly) await client.usageEvents.ingest({ events: [event(next++)] });
    };
    await Promise.all(Array.from({ length: inFlight }, inARow));
  });

const byHand = (client) =>
  perSecond(eventsBatched, async () => {
    for (let first = 0; first < eventsBatched; first += 1_000) {
      const events = Array.from({ length: 1_000 }, (_, index) => event(first + index));
      await client.usageEvents.ingest({ events });
    }
  });

const batched = (client) =>
  perSecond(eventsBatched, async () => {
    const batcher = client.usageEvents.batcher();
    for (let number = 0; number < eventsBatched; number++) batcher.add(event(number));
    await batcher.close(); // rejects when an event was not delivered
  });

async function perSecond(events, send) {
  const began = performance.now();
  await send();
  return (events / (performance.now() - began)) * 1_000;
}
