import type { components } from "@drawdown/spec/dodo";
import { type HandlersOf, page } from "#dialects/dodo/context.js";
import { kinds } from "#dialects/dodo/kinds.js";
import { load, loadEntitlement } from "#dialects/dodo/load.js";
import { warnOfSmallPrice } from "#dialects/dodo/money.js";
import { presentEntitlement } from "#dialects/dodo/present.js";
import { DomainError } from "#domain/errors.js";
import type { Tx } from "#sandbox/ports.js";
import {
  createEntitlement,
  deleteEntitlement,
  type EntitlementTerms,
  notDeleted,
  undeleteEntitlement,
  updateEntitlement,
} from "./rules.js";

type Create = components["schemas"]["CreateCreditEntitlementRequest"];
type Patch = components["schemas"]["PatchCreditEntitlementRequest"];

export const creditEntitlements: HandlersOf<
  | "createCreditEntitlement"
  | "listCreditEntitlements"
  | "retrieveCreditEntitlement"
  | "updateCreditEntitlement"
  | "deleteCreditEntitlement"
  | "undeleteCreditEntitlement"
> = {
  /** @rule ENT-04 its id starts with `cde_` */
  async createCreditEntitlement({ tx, now, nextId, businessId, warn }, { body }) {
    const created = createEntitlement(nextId("cde"), body.precision, termsOf(body), now);
    await refuseTakenName(tx, created.name, created.id);
    tx.put(kinds.entitlement, created);
    warnOfSmallPrice(warn, body.price_per_unit, created.currency ?? "USD", "price_per_unit");
    return { status: 201, body: presentEntitlement(created, businessId) };
  },

  /**
   * @rule ENT-32 newest first
   * @rule ENT-33 deleted ones or active ones, never both
   * @rule ENT-35 the list is the only way to see deleted ones
   */
  async listCreditEntitlements({ tx, businessId }, { query }) {
    const found = await tx.find(
      kinds.entitlement,
      "byState",
      query.deleted ? "deleted" : "active",
      {
        descending: true,
        ...page(query),
      },
    );
    return { status: 200, body: { items: found.map((it) => presentEntitlement(it, businessId)) } };
  },

  /** @rule ENT-30 the same shape as on creation */
  async retrieveCreditEntitlement({ tx, businessId }, { path }) {
    return {
      status: 200,
      body: presentEntitlement(await loadEntitlement(tx, path.id), businessId),
    };
  },

  /**
   * @rule ENT-40 the answer is empty
   * @rule ENT-46 unknown and deleted ones are 404
   */
  async updateCreditEntitlement({ tx, now, warn }, { path, body }) {
    const stored = await loadEntitlement(tx, path.id, "ENT-46");
    const updated = updateEntitlement(stored, changesOf(body), now);
    await refuseTakenName(tx, updated.name, updated.id);
    tx.put(kinds.entitlement, updated);
    warnOfSmallPrice(warn, body.price_per_unit, updated.currency ?? "USD", "price_per_unit");
    return { status: 200 };
  },

  /** @rule ENT-52 an unknown one is 404 */
  async deleteCreditEntitlement({ tx, now }, { path }) {
    const stored = await load(tx, kinds.entitlement, path.id, "ENT-52");
    tx.put(kinds.entitlement, deleteEntitlement(stored, now));
    return { status: 200 };
  },

  async undeleteCreditEntitlement({ tx, now }, { path }) {
    const stored = await tx.get(kinds.entitlement, path.id);
    if (!stored) throw notDeleted(path.id);
    const restored = undeleteEntitlement(stored, now);
    await refuseTakenName(tx, restored.name, restored.id);
    tx.put(kinds.entitlement, restored);
    return { status: 200 };
  },
};

/** @rule ENT-20 names are unique among credits that are not deleted, compared letter for letter */
async function refuseTakenName(tx: Tx, name: string, id: string): Promise<void> {
  const [holder] = await tx.find(kinds.entitlement, "byActiveName", name, {
    where: (it) => it.id !== id,
    limit: 1,
  });
  if (holder) {
    throw new DomainError("entitlement-name-taken", "ENT-20", {
      message: `A credit entitlement with this name already exists: ${JSON.stringify(name)} is ${holder.id}; choose another name or delete that one`,
    });
  }
}

const defaultBehavior = "forgive_at_reset";

const termsOf = (body: Create): EntitlementTerms => ({
  name: body.name,
  description: body.description ?? null,
  unit: body.unit,
  expiresAfterDays: body.expires_after_days ?? null,
  rolloverEnabled: body.rollover_enabled,
  rolloverPercentage: body.rollover_percentage ?? null,
  rolloverTimeframeCount: body.rollover_timeframe_count ?? null,
  rolloverTimeframeInterval: body.rollover_timeframe_interval ?? null,
  maxRolloverCount: body.max_rollover_count ?? null,
  overageEnabled: body.overage_enabled,
  overageLimit: body.overage_limit ?? null,
  overageBehavior: body.overage_behavior ?? defaultBehavior,
  currency: body.currency ?? null,
  pricePerUnit: body.price_per_unit ?? null,
});

/**
 * The settings a PATCH names: absent leaves, null clears.
 *
 * @rule ENT-47 null for a setting that cannot be empty counts as absent
 */
function changesOf(body: Patch): Partial<EntitlementTerms> {
  const named: {
    readonly [Key in keyof EntitlementTerms]: EntitlementTerms[Key] | null | undefined;
  } = {
    name: body.name ?? undefined,
    description: body.description,
    unit: body.unit ?? undefined,
    expiresAfterDays: body.expires_after_days,
    rolloverEnabled: body.rollover_enabled ?? undefined,
    rolloverPercentage: body.rollover_percentage,
    rolloverTimeframeCount: body.rollover_timeframe_count,
    rolloverTimeframeInterval: body.rollover_timeframe_interval,
    maxRolloverCount: body.max_rollover_count,
    overageEnabled: body.overage_enabled ?? undefined,
    overageLimit: body.overage_limit,
    overageBehavior: body.overage_behavior === null ? defaultBehavior : body.overage_behavior,
    currency: body.currency,
    pricePerUnit: body.price_per_unit,
  };
  // Dropping the absent ones is what makes this a Partial: the compiler cannot see that no `undefined` is left.
  return Object.fromEntries(
    Object.entries(named).filter(([, value]) => value !== undefined),
  ) as Partial<EntitlementTerms>;
}
