import type { components, operations } from "@drawdown/spec/dodo";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { PagePromise } from "../page.js";
import { Resource } from "./resource.js";

/** A meter as stored: the event it takes, its filter, and how events become units. */
export type Meter = components["schemas"]["MeterResponse"];

/** A meter to create. Names of events are case-sensitive, and no field can be changed later. */
export type MeterCreateParams = components["schemas"]["CreateMeterRequest"];

/** Which page of the meters, counted from 0; `archived: true` lists the archived ones instead. */
export type MeterListParams = NonNullable<operations["listMeters"]["parameters"]["query"]>;

/** Meters turn usage events into units. They cannot be changed, only archived. */
export class Meters extends Resource {
  /**
   * Creates a meter.
   *
   * @throws UnprocessableEntityError when a field is missing or the aggregation lacks its `key`
   * @example
   * const meter = await client.meters.create({
   *   name: "Tokens", event_name: "tokens.used", measurement_unit: "token", aggregation: { type: "sum", key: "tokens" },
   * });
   */
  create(body: MeterCreateParams, options?: RequestOptions): APIPromise<Meter> {
    return this.connection.call("post", "/meters", { body }, options);
  }

  /**
   * One meter, archived or not.
   *
   * @throws NotFoundError
   * @example
   * const meter = await client.meters.retrieve("mtr_1");
   */
  retrieve(id: string, options?: RequestOptions): APIPromise<Meter> {
    return this.connection.call("get", "/meters/{id}", { path: { id } }, options);
  }

  /**
   * The active meters, or with `archived: true` the archived ones.
   *
   * @example
   * for await (const meter of client.meters.list()) console.log(meter.name);
   */
  list(query?: MeterListParams | null, options?: RequestOptions): PagePromise<Meter> {
    return this.connection.list("/meters", { query }, options);
  }

  /**
   * Takes a meter out of use.
   *
   * @throws NotFoundError
   * @example
   * await client.meters.archive("mtr_1");
   */
  archive(id: string, options?: RequestOptions): APIPromise<void> {
    return this.connection.call("delete", "/meters/{id}", { path: { id } }, options);
  }

  /**
   * Takes an archived meter back into use.
   *
   * @throws InternalServerError when there is no such meter or it is not archived
   * @example
   * await client.meters.unarchive("mtr_1");
   */
  unarchive(id: string, options?: RequestOptions): APIPromise<void> {
    return this.connection.call("post", "/meters/{id}/unarchive", { path: { id } }, options);
  }
}
