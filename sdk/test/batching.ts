import type {
  BatcherOptions,
  ClientOptions,
  UsageBatchError,
  UsageEventInput,
} from "../src/index.js";
import { answer, type Step, scripted } from "./script.js";

export const ok = answer(200, { ingested_count: 1 });
export const use = (id: string, more: Partial<UsageEventInput> = {}): UsageEventInput => ({
  event_id: id,
  customer_id: "cus_1",
  event_name: "tokens.used",
  ...more,
});

/** A batcher of a client that does not retry by itself, with the ids of every request and the errors told. */
export function opened(
  steps: readonly Step[],
  options: BatcherOptions = {},
  client: ClientOptions = {},
) {
  const script = scripted(steps, { maxRetries: 0, ...client });
  const errors: UsageBatchError[] = [];
  const batcher = script.client.usageEvents.batcher({
    onError: (error) => errors.push(error),
    ...options,
  });
  const bodies = () =>
    script.sent.map(
      (it) => (it.body as { events: { event_id: string; timestamp: string }[] }).events,
    );
  const requests = () => bodies().map((events) => events.map((it) => it.event_id).join(" "));
  const told = () =>
    errors.map((it) => `${it.reason}: ${it.events.map((event) => event.event_id).join(" ")}`);
  return { batcher, errors, bodies, requests, told };
}
