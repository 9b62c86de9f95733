import { kinds } from "#dialects/dodo/kinds.js";
import { refusing } from "#domain/errors.js";
import type { Tx } from "#sandbox/ports.js";
import { isPlan, type Product } from "../products/rules.js";
import { type AddonLine, addonsMax } from "./rules.js";

interface AddonRequest {
  readonly addon_id: string;
  readonly quantity: number;
}

const refuse = refusing("addon-invalid");

/**
 * The add-ons asked for beside a product, at their present prices.
 *
 * @rule MTR-37 usage-based products have none
 * @rule CHK-24 they cost money and bring no credits
 * @param where names the field in messages
 * @throws DomainError addon-invalid, addons-on-usage-based
 */
export async function addonLinesOf(
  tx: Tx,
  requests: readonly AddonRequest[],
  product: Product,
  where: string,
): Promise<readonly AddonLine[]> {
  if (requests.length === 0) return [];
  if (product.price.type === "usage_based_price") {
    throw refuse(
      "MTR-37",
      `\`${where}\` is set, but ${product.id} is usage-based, and such products take no add-ons; leave it out`,
      "addons-on-usage-based",
    );
  }
  if (!isPlan(product)) {
    throw refuse(
      "CHK-24",
      `\`${where}\` is set, but ${product.id} is a single purchase; add-ons belong to subscriptions`,
    );
  }
  if (requests.length > addonsMax) {
    throw refuse(
      "CHK-25",
      `\`${where}\` has ${requests.length} add-ons; a subscription takes at most ${addonsMax}`,
    );
  }
  const lines: AddonLine[] = [];
  for (const [position, { addon_id: id, quantity }] of requests.entries()) {
    const at = `${where}[${position}]`;
    if (lines.some((it) => it.addonId === id)) {
      throw refuse("CHK-25", `\`${at}\` names ${id} a second time; raise its quantity instead`);
    }
    lines.push(await lineOf(tx, id, quantity, product.price.currency, at));
  }
  return lines;
}

async function lineOf(
  tx: Tx,
  id: string,
  quantity: number,
  currency: string,
  at: string,
): Promise<AddonLine> {
  const addon = await tx.get(kinds.addon, id);
  if (!addon) throw refuse("CHK-24", `\`${at}\` names ${JSON.stringify(id)}, which is no add-on`);
  if (addon.currency !== currency) {
    throw refuse(
      "CHK-24",
      `\`${at}\` names ${id}, which is priced in ${addon.currency}, but the product in ${currency}; use one of the same currency`,
    );
  }
  if (quantity < 1) {
    throw refuse("CHK-24", `\`${at}.quantity\` is ${quantity} but must be at least 1`);
  }
  return { addonId: id, name: addon.name, quantity, price: addon.price };
}

/** The add-ons a product offers, once all of them exist. */
export async function addonIdsOf(tx: Tx, ids: readonly string[]): Promise<readonly string[]> {
  for (const [position, id] of ids.entries()) {
    if (!(await tx.get(kinds.addon, id))) {
      throw refuse(
        "CHK-24",
        `\`addons[${position}]\` is ${JSON.stringify(id)}, which is no add-on`,
      );
    }
  }
  return ids;
}
