import { type Context, type HandlersOf, page } from "#dialects/dodo/context.js";
import { kinds } from "#dialects/dodo/kinds.js";
import { load } from "#dialects/dodo/load.js";
import { refuseOtherCurrency } from "#dialects/dodo/money.js";
import { patched } from "#dialects/dodo/patched.js";
import { drain } from "#dialects/dodo/usage/worker.js";
import { DomainError } from "#domain/errors.js";
import { checkMetadata, generalMetadataLimits } from "#domain/metadata.js";
import { addonIdsOf } from "../addons/read.js";
import { presentProduct, presentProductItem } from "./present.js";
import { attachmentsOf, priceOf } from "./read.js";
import type { Product } from "./rules.js";

export const products: HandlersOf<
  | "createProduct"
  | "listProducts"
  | "retrieveProduct"
  | "updateProduct"
  | "archiveProduct"
  | "unarchiveProduct"
> = {
  async createProduct(context, { body }) {
    const { tx, nextId, now, businessId } = context;
    warnOfBrand(context, body.brand_id ?? null);
    const price = await priceOf(context, body.price);
    const product: Product = {
      id: nextId("pdt"),
      name: body.name,
      description: body.description ?? null,
      taxCategory: body.tax_category,
      price,
      attachments: await attachmentsOf(context, body.credit_entitlements ?? [], price.currency),
      addonIds: await addonIdsOf(tx, body.addons ?? []),
      metadata: body.metadata ?? {},
      createdAt: now,
      updatedAt: now,
      archivedAt: null,
    };
    checkMetadata(product.metadata, generalMetadataLimits, "`metadata`");
    tx.put(kinds.product, product);
    return { status: 200, body: presentProduct(product, businessId) };
  },

  async listProducts({ tx, businessId }, { query }) {
    const { recurring, brand_id: brandId = businessId } = query;
    const found = await tx.find(kinds.product, "byState", query.archived ? "archived" : "active", {
      descending: true,
      where: ({ price }) =>
        brandId === businessId &&
        (recurring === undefined || (price.type !== "one_time_price") === recurring),
      ...page(query),
    });
    return { status: 200, body: { items: found.map((it) => presentProductItem(it, businessId)) } };
  },

  async retrieveProduct({ tx, businessId }, { path }) {
    const product = await load(tx, kinds.product, path.id, "ERR-03");
    return { status: 200, body: presentProduct(product, businessId) };
  },

  /** @rule ENT-63 attachments that are sent replace all there were; absent leaves them */
  async updateProduct(context, { path, body }) {
    const { tx, now } = context;
    warnOfBrand(context, body.brand_id ?? null);
    if (body.price) await drain(context, "now"); // by the meters it still has
    const stored = await load(tx, kinds.product, path.id, "ERR-03");
    const price = body.price ? await priceOf(context, body.price) : stored.price;
    if (!body.credit_entitlements) refuseOtherCurrency(stored.attachments, price.currency);
    const updated: Product = {
      ...stored,
      name: body.name ?? stored.name,
      description: patched(body.description, stored.description),
      taxCategory: body.tax_category ?? stored.taxCategory,
      price,
      attachments: body.credit_entitlements
        ? await attachmentsOf(context, body.credit_entitlements, price.currency)
        : stored.attachments,
      addonIds: body.addons ? await addonIdsOf(tx, body.addons) : stored.addonIds,
      metadata: body.metadata ?? stored.metadata,
      updatedAt: now,
    };
    checkMetadata(updated.metadata, generalMetadataLimits, "`metadata`");
    tx.put(kinds.product, updated);
    return { status: 200 };
  },

  async archiveProduct({ tx, now }, { path }) {
    const stored = await load(tx, kinds.product, path.id, "ERR-03");
    if (stored.archivedAt !== null) {
      throw new DomainError("product-archived", "ERR-03", {
        message: `The product ${stored.id} is archived already; to bring it back call unarchive`,
      });
    }
    tx.put(kinds.product, { ...stored, archivedAt: now, updatedAt: now });
    return { status: 200 };
  },

  async unarchiveProduct({ tx, now }, { path }) {
    const stored = await load(tx, kinds.product, path.id, "ERR-03");
    if (stored.archivedAt === null) {
      throw new DomainError("product-not-archived", "ERR-03", {
        message: `The product ${path.id} is not archived, so it cannot be unarchived`,
      });
    }
    tx.put(kinds.product, { ...stored, archivedAt: null, updatedAt: now });
    return { status: 200 };
  },
};

/** Tells of a brand other than the only one there is. */
function warnOfBrand({ warn, businessId }: Context, brandId: string | null): void {
  if (brandId === null || brandId === businessId) return;
  warn(
    `\`brand_id\` was ignored: the only brand here is ${businessId}, which is that of the business`,
  );
}
