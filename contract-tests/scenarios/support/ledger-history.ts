import { type Holding, type LedgerEntry, type World, withOverage } from "../../harness/world.js";
import { open } from "./open-holding.js";

export const oldestFirst = async (
  world: World,
  holding: Holding,
  query = {},
): Promise<LedgerEntry[]> => [...(await world.entries(holding, query))].reverse();

export const amounts = async (world: World, holding: Holding, query = {}) =>
  (await world.entries(holding, query)).map((it) => it.amount);

export const repaying = withOverage({ overage_behavior: "carry_deficit_auto_repay" });

/** Writes one entry of each kind that API calls and the clock can write, and a repayment. */
export async function everyKind(world: World): Promise<Holding> {
  const holding = await open(world, repaying);
  const metadata = { order: 1 };
  await world.credit(holding, "100", { reason: "Welcome", metadata });
  await world.advance("1d");
  await world.credit(holding, "50");
  await world.debit(holding, "170", { reason: "Usage", metadata });
  await world.advance("1d");
  await world.credit(holding, "60", { expires_at: "2026-01-04T00:00:00Z" });
  await world.debit(holding, "15");
  await world.advance("1d");
  return holding;
}

export const everyLine = [
  "credit_added +100 : 0→100, overage 0→0",
  "credit_added +50 : 100→150, overage 0→0",
  "credit_deducted -150 : 150→0, overage 0→0",
  "overage_charged -20 : 0→0, overage 0→20",
  "credit_added +60 : 0→60, overage 20→20",
  "credit_deducted -20 : 60→40, overage 20→0",
  "credit_deducted -15 : 40→25, overage 0→0",
  "credit_expired -25 : 25→0, overage 0→0",
].join("\n");
