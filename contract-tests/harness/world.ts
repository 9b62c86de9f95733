import type { components } from "@drawdown/spec/dodo";
import { expect } from "vitest";
import type { Arguments, OperationId, Result } from "./clients.js";
import type { Opened } from "./transports.js";

type Schemas = components["schemas"];
export type Entitlement = Schemas["CreditEntitlementResponse"];
export type Customer = Schemas["CustomerResponse"];
export type Balance = Schemas["CustomerCreditBalanceResponse"];
export type Grant = Schemas["CreditGrantResponse"];
export type LedgerEntry = Schemas["CreditLedgerEntryResponse"];
export type Meter = Schemas["MeterResponse"];
export type UsageEvent = Schemas["Event"];
export type ErrorBody = Schemas["ErrorResponse"];

/** The instant every scenario starts at; the clock stands still until the scenario moves it. */
export const start = "2026-01-01T00:00:00Z";

/** What a scenario works with: one empty tenant, reached over one transport through one client. */
export class World {
  constructor(
    readonly key: string,
    private readonly opened: Opened,
    /** Calls an operation. Resolves whatever the status. */
    readonly call: (id: OperationId, args: Arguments) => Promise<Result>,
  ) {}

  /** Calls an operation that must succeed and returns its body. */
  async ok<Body>(id: OperationId, args: Arguments = {}): Promise<Body> {
    const result = await this.call(id, args);
    expect(result.status, JSON.stringify(result.body)).toBeLessThan(300);
    // The scenario names the shape it reads; plain-HTTP runs hold every body against the document.
    return result.body as Body;
  }

  /** Calls an operation that must fail with `status` and returns its error body. */
  async refused(status: number, id: OperationId, args: Arguments = {}): Promise<ErrorBody> {
    const result = await this.call(id, args);
    expect(result.status, JSON.stringify(result.body)).toBe(status);
    expect(result.body).toEqual({
      code: expect.stringMatching(/^[A-Z][A-Z_]*$/),
      message: expect.any(String),
    });
    return result.body as ErrorBody; // just checked
  }

  /** A credit with precision 0, no expiry, no rollover and no overage, unless the scenario says otherwise. */
  entitlement(body: Readonly<Record<string, unknown>> = {}): Promise<Entitlement> {
    return this.ok("createCreditEntitlement", { body: { ...plainEntitlement, ...body } });
  }

  customer(body: Readonly<Record<string, unknown>> = {}): Promise<Customer> {
    return this.ok("createCustomer", {
      body: { email: "ada@example.com", name: "Ada", ...body },
    });
  }

  meter(body: Readonly<Record<string, unknown>> = {}): Promise<Meter> {
    return this.ok("createMeter", { body: { ...plainMeter, ...body } });
  }

  /** Posts a credit and returns the answer, whatever its status. */
  credit(holding: Holding, amount: unknown, more: object = {}): Promise<Result> {
    return this.entry(holding, { entry_type: "credit", amount, ...more });
  }

  /** Posts a debit and returns the answer, whatever its status. */
  debit(holding: Holding, amount: unknown, more: object = {}): Promise<Result> {
    return this.entry(holding, { entry_type: "debit", amount, ...more });
  }

  /** Posts a ledger entry of any body and returns the answer, whatever its status. */
  entry(holding: Holding, body: unknown): Promise<Result> {
    return this.call("createLedgerEntry", { path: pathOf(holding), body });
  }

  async balance(holding: Holding): Promise<Balance> {
    return this.ok("retrieveBalance", { path: pathOf(holding) });
  }

  /** The newest grants first, as the API lists them (at most 100). */
  async grants(holding: Holding, query: Arguments["query"] = {}): Promise<readonly Grant[]> {
    const list = await this.ok<{ items: Grant[] }>("listGrants", {
      path: pathOf(holding),
      query: { page_number: 0, page_size: 100, ...query },
    });
    return list.items;
  }

  /** The newest entries first, as the API lists them (at most 100). */
  async entries(holding: Holding, query: Arguments["query"] = {}): Promise<readonly LedgerEntry[]> {
    const list = await this.ok<{ items: LedgerEntry[] }>("listLedger", {
      path: pathOf(holding),
      query: { page_number: 0, page_size: 100, ...query },
    });
    return list.items;
  }

  /** The ledger, oldest first, a line an entry: `credit_added +100 : 0→100, overage 0→0`. */
  async ledger(holding: Holding): Promise<string> {
    const oldestFirst = [...(await this.entries(holding))].reverse();
    return oldestFirst
      .map(
        (it) =>
          `${it.transaction_type} ${it.is_credit ? "+" : "-"}${it.amount} : ${it.balance_before}→${it.balance_after}, overage ${it.overage_before}→${it.overage_after}`,
      )
      .join("\n");
  }

  /** The grants, oldest first, a line a grant: `70 of 100 (api)`, with `expired` where it is. */
  async holdings(holding: Holding): Promise<string> {
    const oldestFirst = [...(await this.grants(holding))].reverse();
    return oldestFirst
      .map(
        (it) =>
          `${it.remaining_amount} of ${it.initial_amount} (${it.source_type}${it.is_expired ? ", expired" : ""})`,
      )
      .join("\n");
  }

  /** Moves the clock by a duration (`30d`, `P1M`) or to an instant; answers where it is then. */
  async advance(to: string): Promise<string> {
    const body = /^\d{4}-/.test(to) ? { to } : { by: to };
    const { now } = await this.control<{ now: string }>("POST", "/_sandbox/clock/advance", body);
    return now;
  }

  /** The number of entries the audit added up; fails when it found a difference. */
  async audited(): Promise<number> {
    const audit = await this.control<{ entries: number; differences: string[] }>(
      "GET",
      "/_sandbox/audit",
    );
    expect(audit.differences).toEqual([]);
    return audit.entries;
  }

  /** Calls the control API; fails unless it succeeds. */
  async control<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const response = await this.raw(method, path, {
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect(response.status, text).toBeLessThan(300);
    return JSON.parse(text);
  }

  /** Sends any request at all, with this tenant's key unless another Authorization header is given. */
  raw(method: string, target: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has("authorization")) headers.set("authorization", `Bearer ${this.key}`);
    return this.opened.fetch(`${this.opened.baseUrl}${target}`, { ...init, method, headers });
  }
}

/** One customer's holding of one credit. */
export interface Holding {
  readonly entitlement: Pick<Entitlement, "id">;
  readonly customer: Pick<Customer, "customer_id">;
}

export const pathOf = ({ entitlement, customer }: Holding) => ({
  credit_entitlement_id: entitlement.id,
  customer_id: customer.customer_id,
});

const plainEntitlement = {
  name: "Tokens",
  unit: "token",
  precision: 0,
  rollover_enabled: false,
  overage_enabled: false,
};

const plainMeter = {
  name: "Token meter",
  event_name: "tokens.used",
  measurement_unit: "token",
  aggregation: { type: "sum", key: "tokens" },
};

/** Body fields that switch overage on, at a price of one cent a credit. */
export const withOverage = (more: object = {}) => ({
  overage_enabled: true,
  price_per_unit: "1",
  currency: "USD",
  ...more,
});
