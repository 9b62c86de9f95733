import type { TaskRunners } from "#sandbox/agenda.js";
import type { DodoSettings } from "./settings.js";
import { closeCycle, endGrant, endTerm, renew } from "./subscriptions/cycle.js";
import { runMeters } from "./usage/worker.js";
import { deliver } from "./webhooks/deliveries.js";

/** What happens when a task's time has come. */
export const tasksWith = ({ meterDelayMs }: DodoSettings): TaskRunners => ({
  "run-meters": (unit) => runMeters(unit, meterDelayMs),
  "close-cycle": closeCycle,
  "expire-grant": endGrant,
  renew,
  "end-term": endTerm,
  deliver,
});
