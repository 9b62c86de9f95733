import { type HandlersOf, page } from "#dialects/dodo/context.js";
import { kinds } from "#dialects/dodo/kinds.js";
import { load } from "#dialects/dodo/load.js";
import { patched } from "#dialects/dodo/patched.js";
import { all } from "#sandbox/kinds.js";
import { presentAddon } from "../products/present.js";
import type { Addon } from "./rules.js";

export const addons: HandlersOf<"createAddon" | "listAddons" | "retrieveAddon" | "updateAddon"> = {
  async createAddon({ tx, nextId, now, businessId }, { body }) {
    const addon: Addon = {
      id: nextId("adn"),
      name: body.name,
      description: body.description ?? null,
      currency: body.currency,
      price: body.price,
      taxCategory: body.tax_category,
      createdAt: now,
      updatedAt: now,
    };
    tx.put(kinds.addon, addon);
    return { status: 200, body: presentAddon(addon, businessId) };
  },

  async listAddons({ tx, businessId }, { query }) {
    const found = await tx.find(kinds.addon, "all", all, { descending: true, ...page(query) });
    return { status: 200, body: { items: found.map((it) => presentAddon(it, businessId)) } };
  },

  async retrieveAddon({ tx, businessId }, { path }) {
    return {
      status: 200,
      body: presentAddon(await load(tx, kinds.addon, path.id, "CHK-24"), businessId),
    };
  },

  async updateAddon({ tx, now, businessId }, { path, body }) {
    const stored = await load(tx, kinds.addon, path.id, "CHK-24");
    const updated: Addon = {
      ...stored,
      name: body.name ?? stored.name,
      description: patched(body.description, stored.description),
      currency: body.currency ?? stored.currency,
      price: body.price ?? stored.price,
      taxCategory: body.tax_category ?? stored.taxCategory,
      updatedAt: now,
    };
    tx.put(kinds.addon, updated);
    return { status: 200, body: presentAddon(updated, businessId) };
  },
};
