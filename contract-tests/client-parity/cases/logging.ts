import type DodoPayments from "dodopayments";
import type { Case } from "../case.js";

/** The levels at which something is told to the logger. */

const retrieve = (it: DodoPayments) => it.meters.retrieve("mtr_1");
const levels = ["off", "error", "warn", "info", "debug"] as const;

export const logging: readonly Case[] = [
  { name: "nothing unless asked for", call: retrieve },
  ...levels.map(
    (logLevel): Case => ({ name: `at ${logLevel}`, options: { logLevel }, call: retrieve }),
  ),
  ...levels.map(
    (logLevel): Case => ({
      name: `at ${logLevel}, when it fails`,
      options: { logLevel },
      answers: ["breaks", { status: 500 }],
      call: retrieve,
    }),
  ),
  {
    name: "the level of the environment",
    environment: { DODO_PAYMENTS_LOG: "debug" },
    call: async (it) => [it.logLevel, await retrieve(it)],
  },
  {
    name: "the option wins over the environment",
    options: { logLevel: "error" },
    environment: { DODO_PAYMENTS_LOG: "debug" },
    call: async (it) => [it.logLevel, await retrieve(it)],
  },
  {
    name: "a level that there is not is warned of",
    environment: { DODO_PAYMENTS_LOG: "loud" },
    call: (it) => it.logLevel,
  },
  {
    name: "a level that there is not, among the options",
    options: { logLevel: "loud" as never },
    environment: { DODO_PAYMENTS_LOG: "info" },
    call: (it) => it.logLevel,
  },
];
