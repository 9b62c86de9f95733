import type { components as Control } from "@drawdown/spec/control";
import type { components as Dodo } from "@drawdown/spec/dodo";
import { type Client, Refusal } from "./client.js";
import { CommandError } from "./command-line.js";
import { withProgress } from "./progress.js";
import { type Settings, settingsBelow } from "./settings.js";

type Schemas = Dodo["schemas"];
type Controls = Control["schemas"];
type Fields = Readonly<Record<string, unknown>>;

/** One customer's holding of one credit. */
export interface Holding {
  readonly customer_id: string;
  readonly credit_entitlement_id: string;
}

export interface Subscribed extends Holding {
  readonly subscription_id: string;
}

/** Names that are taken already are tried with a number behind, up to this one. */
const nameTriesMax = 100;

/**
 * What a recipe does, step by step, in a running sandbox. Each step is a call that an application, a customer or the
 * control API could make, and remembers the ids of what it made.
 */
export class Story {
  /** Ids by the name their field has in the API, those of usage events apart. */
  readonly made: Record<string, string> = {};
  /** What else happened that a reader should know. */
  readonly notes: string[] = [];

  constructor(
    private readonly client: Client,
    readonly settings: Settings,
    /** Differs from that of every story that moved something in this world before. */
    private readonly tag: string,
  ) {}

  /** What `--set` asked of a field, or the default. */
  wanted(path: string, otherwise: string): string {
    return this.settings.get(path) ?? otherwise;
  }

  get metadata(): Record<string, string> {
    return settingsBelow(this.settings, "data.metadata");
  }

  /** A new customer with a new credit, unless `--set` names them. */
  async holding(...amounts: readonly string[]): Promise<Holding> {
    const customer_id = await this.customer("data.customer_id");
    const credit_entitlement_id =
      this.settings.get("data.credit_entitlement_id") ?? (await this.entitlement(amounts));
    this.made["credit_entitlement_id"] = credit_entitlement_id;
    return { customer_id, credit_entitlement_id };
  }

  /** The customer that `--set` names at this path, or a new one. */
  async customer(path: string): Promise<string> {
    const id =
      this.settings.get(path) ??
      (
        await this.post<Schemas["CustomerResponse"]>("/customers", {
          email: "triggered@example.com",
          name: "Triggered customer",
        })
      ).customer_id;
    this.made["customer_id"] = id;
    return id;
  }

  /** A new credit that is precise enough for the amounts. */
  async entitlement(amounts: readonly string[]): Promise<string> {
    const name = this.wanted("data.credit_entitlement_name", `Triggered ${this.tag}`);
    const isOurs = !this.settings.has("data.credit_entitlement_name");
    for (let number = 1; ; number += 1) {
      try {
        const { id } = await this.post<Schemas["CreditEntitlementResponse"]>(
          "/credit-entitlements",
          {
            name: number === 1 ? name : `${name} (${number})`,
            unit: "credit",
            precision: Math.max(0, ...amounts.map((it) => it.split(".")[1]?.length ?? 0)),
            rollover_enabled: false,
            overage_enabled: false,
          },
        );
        this.made["credit_entitlement_id"] = id;
        return id;
      } catch (error) {
        const isTaken = error instanceof Refusal && error.status === 409;
        if (!isTaken || !isOurs || number === nameTriesMax) throw error;
      }
    }
  }

  /** A product with credits: their amount, and how they behave. */
  async product(price: Fields, holding: Holding, credits: string, more: Fields = {}) {
    const { credit_entitlement_id } = holding;
    const { product_id } = await this.post<Schemas["GetProductResponse"]>("/products", {
      name: "Triggered product",
      tax_category: "saas",
      price,
      credit_entitlements: [{ credit_entitlement_id, credits_amount: credits, ...more }],
    });
    this.made["product_id"] = product_id;
    return product_id;
  }

  /** A checkout of one product, paid with a card that does this. */
  async checkout(
    product_id: string,
    { customer_id }: Pick<Holding, "customer_id">,
    outcome: "succeeds" | "declined" = "succeeds",
  ): Promise<Controls["CheckoutCompleted"]> {
    const { session_id } = await this.post<Schemas["CreateSessionResponse"]>("/checkouts", {
      product_cart: [{ product_id, quantity: 1 }],
      customer: { customer_id },
      metadata: this.metadata,
    });
    this.made["session_id"] = session_id;
    const completed = await this.post<Controls["CheckoutCompleted"]>(
      `/_sandbox/checkouts/${session_id}/complete`,
      { outcome },
    );
    this.made["payment_id"] = completed.payment_id;
    const [subscription_id] = completed.subscription_ids;
    if (subscription_id !== undefined) this.made["subscription_id"] = subscription_id;
    return completed;
  }

  /** A paid subscription to a new product. */
  async subscribe(
    price: Fields,
    holding: Holding,
    credits: string,
    more: Fields = {},
  ): Promise<Subscribed> {
    const product_id = await this.product(price, holding, credits, more);
    const { status, subscription_ids } = await this.checkout(product_id, holding);
    const [subscription_id] = subscription_ids;
    if (subscription_id !== undefined) return { ...holding, subscription_id };
    throw new CommandError(`the checkout ${status} and no subscription began`);
  }

  /** A paid subscription with a meter that takes a credit for each unit of {@link use}. */
  async subscribeMetered(
    holding: Holding,
    credits: string,
    more: Fields = {},
  ): Promise<Subscribed> {
    const { credit_entitlement_id } = holding;
    const meter = await this.post<Schemas["MeterResponse"]>("/meters", {
      name: `Triggered ${this.tag}`,
      event_name: this.eventName,
      measurement_unit: "unit",
      aggregation: { type: "sum", key: "units" },
    });
    this.made["meter_id"] = meter.id;
    const link = {
      meter_id: meter.id,
      credit_entitlement_id,
      meter_units_per_credit: "1",
      free_threshold: 0,
    };
    return this.subscribe(usagePrice([link]), holding, credits, more);
  }

  /** Reports usage of that many credits and has the meter worker deduct it. */
  async use({ customer_id }: Holding, credits: bigint): Promise<void> {
    if (credits <= 0n) throw new CommandError(`there is nothing to use: ${credits} credits`);
    const event_id = `${this.eventName}.${this.made["subscription_id"]}`;
    this.made["usage_event_id"] = event_id;
    const metadata = { units: Number(credits) };
    const event = { event_id, customer_id, event_name: this.eventName, metadata };
    await this.post("/events/ingest", { events: [event] });
    await this.post("/_sandbox/meters/run");
  }

  /** What the customer has of the credit, which must be whole. */
  async balance({ customer_id, credit_entitlement_id }: Holding): Promise<bigint> {
    const { balance } = await this.client.call<Schemas["CustomerCreditBalanceResponse"]>(
      "GET",
      `/credit-entitlements/${credit_entitlement_id}/balances/${customer_id}`,
    );
    const [whole = "", fraction = ""] = String(balance).split(".");
    if (/^0*$/.test(fraction)) return BigInt(whole);
    throw new CommandError(
      `${customer_id} has a balance of ${balance} and a meter deducts whole credits only; choose another customer`,
    );
  }

  /** The tenant's present, in milliseconds since 1970. */
  async now(): Promise<number> {
    const { now } = await this.client.call<Controls["Clock"]>("GET", "/_sandbox/clock");
    return Date.parse(now);
  }

  /** Moves the tenant's clock, for what nothing but time brings about. */
  async advanceTo(instant: string): Promise<void> {
    await withProgress(this.client, this.post("/_sandbox/clock/advance", { to: instant }));
    this.notes.push(`the clock was advanced to ${instant}`);
  }

  closeCycle({ subscription_id }: Pick<Subscribed, "subscription_id">): Promise<unknown> {
    return this.post(`/_sandbox/subscriptions/${subscription_id}/close-cycle`);
  }

  /** Has the next renewal declined. */
  failCard({ subscription_id }: Subscribed): Promise<unknown> {
    return this.client.call("PUT", `/_sandbox/subscriptions/${subscription_id}/card`, {
      fails: true,
    });
  }

  patch({ subscription_id }: Subscribed, body: Fields): Promise<Schemas["SubscriptionResponse"]> {
    return this.client.call("PATCH", `/subscriptions/${subscription_id}`, body);
  }

  subscription({ subscription_id }: Subscribed): Promise<Schemas["SubscriptionResponse"]> {
    return this.client.call("GET", `/subscriptions/${subscription_id}`);
  }

  post<Body>(path: string, body?: Fields): Promise<Body> {
    return this.client.call<Body>("POST", path, body);
  }

  /** Heard by no meter of another story, so that a customer's older subscriptions do not pay for it, too. */
  private get eventName(): string {
    return `triggered.${this.tag}`;
  }
}

const terms = {
  currency: "USD",
  discount: 0,
  purchasing_power_parity: false,
};

const monthly = {
  ...terms,
  payment_frequency_count: 1,
  payment_frequency_interval: "Month",
  subscription_period_count: 10,
  subscription_period_interval: "Year",
};

const usagePrice = (meters: readonly Fields[]): Fields => ({
  type: "usage_based_price",
  ...monthly,
  fixed_price: 1000,
  meters,
});

/** A plan of 10 USD a month for ten years. */
export const monthlyPrice = (price = 1000, more: Fields = {}): Fields => ({
  type: "recurring_price",
  ...monthly,
  price,
  ...more,
});

/** A single purchase, 5 USD unless said otherwise. */
export const oneTimePrice = (price = 500): Fields => ({ type: "one_time_price", ...terms, price });
