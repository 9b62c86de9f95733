import type { components, operations } from "@drawdown/spec/dodo";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { PagePromise } from "../page.js";
import { Resource } from "./resource.js";

type Schemas = components["schemas"];

/**
 * A product with its price and the credits it issues. Money is in the smallest unit of the currency, credits are
 * decimal strings.
 */
export type Product = Schemas["GetProductResponse"];

/** A product to create. The `type` of its price decides whether it is a pack (`one_time_price`) or a plan. */
export type ProductCreateParams = Schemas["CreateProductRequest"];

/**
 * The fields of a product to change; one that is left out keeps its value, a list of credits replaces the whole list.
 */
export type ProductUpdateParams = Schemas["PatchProductRequest"];

/** Which page of the products, and which: archived or on sale, plans (`recurring: true`) or packs. */
export type ProductListParams = NonNullable<operations["listProducts"]["parameters"]["query"]>;

/** A product as listed, with its price and without its credits. */
export type ProductListResponse = Schemas["GetProductsListResponseItem"];

/** What a business sells, and the credits that come with it. Prices are in the smallest unit of their currency. */
export class Products extends Resource {
  /**
   * Creates a product: a pack, sold once, or a plan, sold by subscription. It issues up to five credits.
   *
   * @throws UnprocessableEntityError when a field is missing, or a credit or meter is unknown or named twice
   * @example
   * const pack = await client.products.create({
   *   name: "100 tokens",
   *   tax_category: "saas",
   *   price: { type: "one_time_price", currency: "USD", price: 500, discount: 0, purchasing_power_parity: false },
   *   credit_entitlements: [{ credit_entitlement_id: "cde_1", credits_amount: "100" }],
   * });
   */
  create(body: ProductCreateParams, options?: RequestOptions): APIPromise<Product> {
    return this.connection.call("post", "/products", { body }, options);
  }

  /**
   * One product, archived or not.
   *
   * @throws NotFoundError
   * @example
   * const { price, credit_entitlements } = await client.products.retrieve("pdt_1");
   */
  retrieve(id: string, options?: RequestOptions): APIPromise<Product> {
    return this.connection.call("get", "/products/{id}", { path: { id } }, options);
  }

  /**
   * Changes the fields given and leaves the others; a list of credits replaces the whole list. Subscriptions that exist
   * keep the terms they were sold on.
   *
   * @throws NotFoundError
   * @throws UnprocessableEntityError when the fields would not go together
   * @example
   * await client.products.update("pdt_1", { name: "100 tokens, now cheaper" });
   */
  update(id: string, body: ProductUpdateParams, options?: RequestOptions): APIPromise<void> {
    return this.connection.call("patch", "/products/{id}", { path: { id }, body }, options);
  }

  /**
   * The products on sale, or with `archived: true` the archived ones. They come without their credits.
   *
   * @example
   * for await (const plan of client.products.list({ recurring: true })) console.log(plan.name, plan.price);
   */
  list(
    query?: ProductListParams | null,
    options?: RequestOptions,
  ): PagePromise<ProductListResponse> {
    return this.connection.list("/products", { query }, options);
  }

  /**
   * Takes a product off sale; subscriptions to it go on.
   *
   * @throws NotFoundError
   * @throws APIError with status 410 when it is archived already
   * @example
   * await client.products.archive("pdt_1");
   */
  archive(id: string, options?: RequestOptions): APIPromise<void> {
    return this.connection.call("delete", "/products/{id}", { path: { id } }, options);
  }

  /**
   * Puts an archived product on sale again.
   *
   * @throws NotFoundError
   * @throws InternalServerError when it is not archived
   * @example
   * await client.products.unarchive("pdt_1");
   */
  unarchive(id: string, options?: RequestOptions): APIPromise<void> {
    return this.connection.call("post", "/products/{id}/unarchive", { path: { id } }, options);
  }
}
