import type { components, operations } from "@drawdown/spec/dodo";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { PagePromise } from "../page.js";
import { Resource } from "./resource.js";

type Schemas = components["schemas"];

/** An add-on as stored. `price` is for one of it and a period, in the smallest unit of `currency`. */
export type AddonResponse = Schemas["AddonResponse"];

/** An add-on to create. `price` is in the smallest unit of `currency`. */
export type AddonCreateParams = Schemas["CreateAddonRequest"];

/** The fields of an add-on to change; one that is left out keeps its value. */
export type AddonUpdateParams = Schemas["PatchAddonRequest"];

/** Which page of the add-ons, counted from 0. */
export type AddonListParams = NonNullable<operations["listAddons"]["parameters"]["query"]>;

/** What is sold on top of a plan, every period. Add-ons bring no credits. */
export class Addons extends Resource {
  /**
   * Creates an add-on. `price` is in the smallest unit of the currency, for one period.
   *
   * @throws UnprocessableEntityError when a field is missing or too long
   * @example
   * const seat = await client.addons.create({ name: "Seat", currency: "USD", price: 900, tax_category: "saas" });
   */
  create(body: AddonCreateParams, options?: RequestOptions): APIPromise<AddonResponse> {
    return this.connection.call("post", "/addons", { body }, options);
  }

  /**
   * One add-on.
   *
   * @throws NotFoundError
   * @example
   * const { price } = await client.addons.retrieve("adn_1");
   */
  retrieve(id: string, options?: RequestOptions): APIPromise<AddonResponse> {
    return this.connection.call("get", "/addons/{id}", { path: { id } }, options);
  }

  /**
   * Changes the fields given and leaves the others. Resolves with the add-on as it is then.
   *
   * @throws NotFoundError
   * @example
   * await client.addons.update("adn_1", { price: 1000 });
   */
  update(id: string, body: AddonUpdateParams, options?: RequestOptions): APIPromise<AddonResponse> {
    return this.connection.call("patch", "/addons/{id}", { path: { id }, body }, options);
  }

  /**
   * The add-ons, newest first.
   *
   * @example
   * for await (const addon of client.addons.list()) console.log(addon.name, addon.price);
   */
  list(query?: AddonListParams | null, options?: RequestOptions): PagePromise<AddonResponse> {
    return this.connection.list("/addons", { query }, options);
  }
}
