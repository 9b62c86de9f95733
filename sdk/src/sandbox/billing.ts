import type { operations } from "@drawdown/spec/control";
import type { APIPromise } from "../api-promise.js";
import type { RequestOptions } from "../connection.js";
import type { ControlConnection, Schemas } from "./connection.js";

/** How many events waited and have been deducted now. */
export type MetersRunResponse = Schemas["MetersRun"];

/**
 * What the pay page shows: the lines of the cart, the credits that come with each, and the total in the smallest unit
 * of `currency`.
 */
export type Checkout = Schemas["CheckoutView"];

/** What the card does, or that the buyer gives up; left out, it succeeds. */
export type CheckoutCompleteParams = Schemas["CheckoutOutcome"];

/** The payment, whether it went through, the subscriptions that began, and where the pay page leads back to. */
export type CheckoutCompleteResponse = Schemas["CheckoutCompleted"];

/** Whether the card is declined from the next renewal on. */
export type SubscriptionSetCardParams = Schemas["CardSetting"];

/** How the card is set, and the status of the subscription then: a card that works again pays what was due. */
export type SubscriptionSetCardResponse = Schemas["CardSet"];

/** The period that began when the one before was closed, and the status of the subscription in it. */
export type SubscriptionCloseCycleResponse = Schemas["CycleClosed"];

/** A reading for each meter in the current period, and names of the customer's events that none of them counts. */
export type SubscriptionMetersResponse = Schemas["MeterReadings"];

/**
 * A movement of a kind that the API cannot write, such as an `auto_top_up`, and which credit it moves. `amount` is a
 * decimal string above zero, in credits.
 */
export type EntryCreateParams = Schemas["NewEntry"] & { readonly credit_entitlement_id: string };

/** The entry that was made, with balance and overage before and after it. */
export type EntryCreateResponse = Schemas["EntryPosted"];

/** What a customer's portal shows: a section for each credit that has a balance, overage or movements. */
export type Portal = Schemas["PortalView"];

/** Which credit to show; left out, all of them. */
export type PortalRetrieveParams = NonNullable<operations["viewPortal"]["parameters"]["query"]>;

/** The worker that turns usage events into deductions. */
export class SandboxMeters {
  constructor(private readonly connection: ControlConnection) {}

  /**
   * Takes every event that waits and deducts what it costs, without waiting for the minute.
   *
   * @example
   * const { events } = await control.meters.run(); // how many waited
   */
  run(options?: RequestOptions): APIPromise<MetersRunResponse> {
    return this.connection.call("post", "/_sandbox/meters/run", {}, options);
  }
}

/** Checkout sessions, as the customer sees and pays them. */
export class SandboxCheckouts {
  constructor(private readonly connection: ControlConnection) {}

  /**
   * What the pay page shows: products, prices and their credits, and whether it was paid.
   *
   * @throws NotFoundError
   * @example
   * const { status, total } = await control.checkouts.retrieve("cks_1");
   */
  retrieve(id: string, options?: RequestOptions): APIPromise<Checkout> {
    return this.connection.call("get", "/_sandbox/checkouts/{id}", { path: { id } }, options);
  }

  /**
   * Pays a session as the customer would, with a card that succeeds unless `outcome` says otherwise. A card that fails,
   * or a customer who gives up (`cancelled`), leaves the session open.
   *
   * @throws NotFoundError
   * @throws UnprocessableEntityError when it cannot be paid, such as a second time
   * @example
   * const { subscription_ids } = await control.checkouts.complete("cks_1");
   * await control.checkouts.complete("cks_2", { outcome: "declined" });
   */
  complete(
    id: string,
    body: CheckoutCompleteParams = {},
    options?: RequestOptions,
  ): APIPromise<CheckoutCompleteResponse> {
    return this.connection.call(
      "post",
      "/_sandbox/checkouts/{id}/complete",
      { path: { id }, body },
      options,
    );
  }
}

/** What happens to subscriptions by itself in the real service. */
export class SandboxSubscriptions {
  constructor(private readonly connection: ControlConnection) {}

  /**
   * Decides what the card does at the next renewal. A card that works again is charged at once where the subscription is
   * on hold.
   *
   * @throws NotFoundError
   * @example
   * await control.subscriptions.setCard("sub_1", { fails: true });
   * await control.clock.advance({ by: "P1M" }); // on hold
   */
  setCard(
    id: string,
    body: SubscriptionSetCardParams,
    options?: RequestOptions,
  ): APIPromise<SubscriptionSetCardResponse> {
    return this.connection.call(
      "put",
      "/_sandbox/subscriptions/{id}/card",
      { path: { id }, body },
      options,
    );
  }

  /**
   * Ends the billing period now, with everything that falls due at its end. Later periods count from now.
   *
   * @throws NotFoundError
   * @throws UnprocessableEntityError when the subscription has no period to end
   * @example
   * const { next_billing_date } = await control.subscriptions.closeCycle("sub_1");
   */
  closeCycle(id: string, options?: RequestOptions): APIPromise<SubscriptionCloseCycleResponse> {
    return this.connection.call(
      "post",
      "/_sandbox/subscriptions/{id}/close-cycle",
      { path: { id } },
      options,
    );
  }

  /**
   * What each meter has counted in the current period, and how many credits of usage neither balance nor overage could
   * take.
   *
   * @throws NotFoundError
   * @example
   * const { items } = await control.subscriptions.meters("sub_1");
   * console.log(items[0]?.units, items[0]?.blocked);
   */
  meters(id: string, options?: RequestOptions): APIPromise<SubscriptionMetersResponse> {
    return this.connection.call(
      "get",
      "/_sandbox/subscriptions/{id}/meters",
      { path: { id } },
      options,
    );
  }
}

/** Ledger entries that the API cannot write. */
export class SandboxEntries {
  constructor(private readonly connection: ControlConnection) {}

  /**
   * Moves credits as the merchant's dashboard does (`manual_adjustment`), or as the service would on a low balance
   * (`auto_top_up`) or a refund (`refund`).
   *
   * @throws BadRequestError when the amount cannot be moved
   * @throws NotFoundError
   * @example
   * await control.entries.create("cus_1", {
   *   credit_entitlement_id: "cde_1", transaction_type: "manual_adjustment", entry_type: "credit", amount: "25",
   * });
   */
  create(
    customerID: string,
    { credit_entitlement_id, ...body }: EntryCreateParams,
    options?: RequestOptions,
  ): APIPromise<EntryCreateResponse> {
    return this.connection.call(
      "post",
      "/_sandbox/balances/{credit_entitlement_id}/{customer_id}/entries",
      { path: { credit_entitlement_id, customer_id: customerID }, body },
      options,
    );
  }
}

/** Customer portals, as the customer sees them. */
export class SandboxPortals {
  constructor(private readonly connection: ControlConnection) {}

  /**
   * The credits and movements behind a portal link, whose last part is the id. A link works for 24 hours. Movements come
   * in pages, the first unless `page_number` says otherwise.
   *
   * @throws NotFoundError
   * @example
   * const { credits } = await control.portals.retrieve("cps_1", { page_number: 1, page_size: 100 });
   */
  retrieve(
    id: string,
    query?: PortalRetrieveParams | null,
    options?: RequestOptions,
  ): APIPromise<Portal> {
    const given = { path: { id }, query: query ?? {} };
    return this.connection.call("get", "/_sandbox/portals/{id}", given, options);
  }
}
