import type { Transaction } from "#sandbox/ports.js";
import type { Behaviour } from "#sandbox/world.js";
import { kinds } from "./kinds.js";
import type { DodoSettings } from "./settings.js";
import { tasksWith } from "./tasks.js";
import { deliveriesOf } from "./webhooks/deliveries.js";
import { newEndpoint } from "./webhooks/handlers.js";
import { record } from "./webhooks/record.js";

/** What the vendor's service does by itself. */
export const dodoBehaviour = (settings: DodoSettings): Behaviour => ({
  runners: tasksWith(settings),
  initialKind: kinds.endpoint,
  record,
  deliveriesOf,
  async begin({ tx, nextId, now }: Transaction, key: string): Promise<number> {
    const known = await tx.find(kinds.endpoint, "all", "all");
    if (known.length > 0) return known.length; // a durable store keeps them
    const first = settings.webhooks.filter((it) => it.key === key);
    for (const { url, secret } of first) {
      const endpoint = newEndpoint(nextId, now, {
        url,
        description: "",
        isDisabled: false,
        filterTypes: null,
        headers: {},
        metadata: {},
        rateLimit: null,
        ...(secret === undefined ? {} : { secret }),
      });
      tx.put(kinds.endpoint, endpoint);
    }
    return first.length;
  },
});
