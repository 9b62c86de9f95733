import {
  type components,
  notServed,
  type operations,
  operationTable,
  validators,
} from "@drawdown/spec/control";
import { changedPolicy, type Policy, profileOf } from "../../domain/policy.js";
import {
  addDuration,
  formatInstant,
  type Instant,
  instantMax,
  parseDuration,
} from "../../domain/time.js";
import { callHandler, type Dialect, type Handlers } from "../../http/contract.js";
import { readInstant } from "../../http/read-instant.js";
import { RequestError } from "../../http/request-error.js";
import type { SandboxClock } from "../../sandbox/clock.js";
import type { Answered, Outgoing, Send, Unit } from "../../sandbox/ports.js";
import type { Tenant, Tenants } from "../../sandbox/tenant.js";
import { version } from "../../version.js";
import { audit } from "./audit.js";
import { addKey, changesOf, openTenant } from "./open-tenant.js";

type Schemas = components["schemas"];

/** What the dialect beside it lets the control API do to its billing. Each runs in a transaction. */
export interface BillingControls {
  /** @returns how many events waited */
  runMeters(unit: Unit): Promise<number>;
  viewCheckout(unit: Unit, sessionId: string): Promise<Schemas["CheckoutView"]>;
  viewPortal(
    unit: Unit,
    sessionId: string,
    query: Query<"viewPortal">,
  ): Promise<Schemas["PortalView"]>;
  explain(unit: Unit, entitlementId: string, customerId: string): Promise<Schemas["Explanation"]>;
  readMeters(unit: Unit, subscriptionId: string): Promise<Schemas["MeterReadings"]>;
  postEntry(
    unit: Unit,
    entitlementId: string,
    customerId: string,
    body: Schemas["NewEntry"],
  ): Promise<Schemas["EntryPosted"]>;
  /** What it makes due runs before the next transaction. */
  endCycle(unit: Unit, subscriptionId: string): Promise<void>;
  readCycle(unit: Unit, subscriptionId: string): Promise<Schemas["CycleClosed"]>;
  completeCheckout(
    unit: Unit,
    sessionId: string,
    outcome: NonNullable<Schemas["CheckoutOutcome"]["outcome"]>,
  ): Promise<Schemas["CheckoutCompleted"]>;
  /** @returns the status of the subscription */
  setCard(unit: Unit, subscriptionId: string, fails: boolean): Promise<string>;
}

/** The same for its events and their deliveries. */
export interface WebhookControls {
  readEvents(
    unit: Unit,
    businessId: string,
    query: Query<"readEvents">,
  ): Promise<Schemas["EventList"]>;
  listDeliveries(unit: Unit, query: Query<"listDeliveries">): Promise<Schemas["DeliveryList"]>;
  retrieveDelivery(unit: Unit, id: string): Promise<Schemas["Delivery"]>;
  /** Makes it due at once. */
  resendDelivery(unit: Unit, id: string): Promise<void>;
  /** @returns how many deliveries became due */
  replayEvents(unit: Unit, endpointId: string, range: Schemas["EventRange"]): Promise<number>;
  /** @returns how many deliveries became due */
  recoverDeliveries(unit: Unit, endpointId: string): Promise<number>;
  rotateSecret(unit: Unit, endpointId: string): Promise<string>;
  readDeliveryMode(unit: Unit): Promise<Schemas["DeliveryMode"]>;
  setDeliveryMode(
    unit: Unit,
    change: Schemas["DeliveryModeChange"],
  ): Promise<Schemas["DeliveryMode"]>;
  composeBody(unit: Unit, endpointId: string, body: string): Promise<Outgoing>;
  presentAnswer(unit: Unit, request: Outgoing, answered: Answered): Schemas["Attempt"];
}

/** What a handler is given: the tenant itself, since it may move its clock and empty its store, as no transaction can. */
interface Context {
  readonly tenant: Tenant;
  /** A transaction of the tenant's; what its work warns of is told with the answer. */
  readonly transact: <Result>(work: (unit: Unit) => Promise<Result>) => Promise<Result>;
}

type Query<Id extends keyof operations> = NonNullable<operations[Id]["parameters"]["query"]>;

/**
 * The control API: what a sandbox can do that the service cannot.
 *
 * @param errors how refusals look on the wire: as in the dialect the sandbox speaks otherwise
 * @param allowedKeys keys that a tenant may be opened for; null: any
 */
export function controlDialect(
  tenants: Tenants,
  errors: Dialect["errors"],
  billing: BillingControls,
  webhooks: WebhookControls,
  send: Send,
  allowedKeys: ReadonlySet<string> | null,
): Dialect {
  const handlers: Handlers<operations, Context> = {
    async health() {
      return { status: 200, body: { status: "ok", version } };
    },

    async readClock({ tenant }) {
      return { status: 200, body: presentClock(tenant.clock) };
    },

    async setClock({ tenant }, { body }) {
      const isFrozen = body.frozen ?? tenant.clock.isFrozen;
      if (body.now !== undefined) {
        const now = readInstant(body.now, "now");
        if (await tenant.isEmpty()) await tenant.reset({ at: now, isFrozen });
        else await tenant.advance(now);
      }
      await tenant.freeze(isFrozen);
      return { status: 200, body: presentClock(tenant.clock) };
    },

    async advanceClock({ tenant }, { body }) {
      const ran = await tenant.advance(destination(tenant.clock.now(), body));
      return { status: 200, body: { ...presentClock(tenant.clock), tasks_run: ran } };
    },

    async reset({ tenant }, { body }) {
      await tenant.reset(changesOf(body ?? {}));
      return { status: 200, body: presentClock(tenant.clock) };
    },

    async createTenant(_none, { body }) {
      return openTenant(tenants, allowedKeys, body ?? {});
    },

    async closeTenant({ tenant }) {
      await tenants.close(tenant);
      return { status: 200, body: { key: tenant.key } };
    },

    async audit({ transact }) {
      const { accounts, entries, differences } = await transact(({ tx }) => audit(tx));
      return { status: 200, body: { accounts, entries, differences: [...differences] } };
    },

    async runMeters({ transact }) {
      return { status: 200, body: { events: await transact(billing.runMeters) } };
    },

    async viewCheckout({ transact }, { path }) {
      const view = await transact((unit) => billing.viewCheckout(unit, path.id));
      return { status: 200, body: view };
    },

    async completeCheckout({ transact }, { path, body }) {
      const outcome = body?.outcome ?? "succeeds";
      const completed = await transact((unit) => billing.completeCheckout(unit, path.id, outcome));
      return { status: 200, body: completed };
    },

    async setCard({ transact }, { path, body }) {
      const status = await transact((unit) => billing.setCard(unit, path.id, body.fails));
      return { status: 200, body: { fails: body.fails, status } };
    },

    async readPolicy({ tenant }) {
      return { status: 200, body: presentPolicy(tenant.policy) };
    },

    async setPolicy({ tenant }, { body }) {
      tenant.policy = changedPolicy(tenant.policy, body);
      return { status: 200, body: presentPolicy(tenant.policy) };
    },

    async postEntry({ transact }, { path, body }) {
      const entry = await transact((unit) =>
        billing.postEntry(unit, path.credit_entitlement_id, path.customer_id, body),
      );
      return { status: 201, body: entry };
    },

    async explain({ transact }, { path }) {
      const tree = await transact((unit) =>
        billing.explain(unit, path.credit_entitlement_id, path.customer_id),
      );
      return { status: 200, body: tree };
    },

    async closeCycle({ transact }, { path }) {
      await transact((unit) => billing.endCycle(unit, path.id));
      const cycle = await transact((unit) => billing.readCycle(unit, path.id));
      return { status: 200, body: cycle };
    },

    async readMeters({ transact }, { path }) {
      const readings = await transact((unit) => billing.readMeters(unit, path.id));
      return { status: 200, body: readings };
    },

    async viewPortal({ transact }, { path, query }) {
      const view = await transact((unit) => billing.viewPortal(unit, path.id, query));
      return { status: 200, body: view };
    },

    async readEvents({ tenant, transact }, { query }) {
      const list = await transact((unit) => webhooks.readEvents(unit, tenant.businessId, query));
      return { status: 200, body: list };
    },

    async listDeliveries({ transact }, { query }) {
      const list = await transact((unit) => webhooks.listDeliveries(unit, query));
      return { status: 200, body: list };
    },

    async retrieveDelivery({ transact }, { path }) {
      const delivery = await transact((unit) => webhooks.retrieveDelivery(unit, path.id));
      return { status: 200, body: delivery };
    },

    async settleDeliveries({ tenant }) {
      return { status: 200, body: { attempts: await tenant.courier.settle() } };
    },

    async resendDelivery({ tenant, transact }, { path }) {
      await transact((unit) => webhooks.resendDelivery(unit, path.id));
      await tenant.courier.settle();
      const delivery = await transact((unit) => webhooks.retrieveDelivery(unit, path.id));
      return { status: 200, body: delivery };
    },

    async replayEvents({ tenant, transact }, { path, body }) {
      const deliveries = await transact((unit) => webhooks.replayEvents(unit, path.id, body ?? {}));
      tenant.courier.wake();
      return { status: 200, body: { deliveries } };
    },

    async recoverDeliveries({ tenant, transact }, { path }) {
      const deliveries = await transact((unit) => webhooks.recoverDeliveries(unit, path.id));
      tenant.courier.wake();
      return { status: 200, body: { deliveries } };
    },

    async rotateSecret({ transact }, { path }) {
      const secret = await transact((unit) => webhooks.rotateSecret(unit, path.id));
      return { status: 200, body: { secret } };
    },

    async readDeliveryMode({ transact }) {
      return { status: 200, body: await transact(webhooks.readDeliveryMode) };
    },

    async setDeliveryMode({ tenant, transact }, { body }) {
      const mode = await transact((unit) => webhooks.setDeliveryMode(unit, body));
      tenant.courier.wake();
      return { status: 200, body: mode };
    },

    async sendBody({ transact }, { path, body }) {
      const request = await transact((unit) => webhooks.composeBody(unit, path.id, body.body));
      const answered = await send(request);
      const attempt = await transact(async (unit) =>
        webhooks.presentAnswer(unit, request, answered),
      );
      return { status: 200, body: attempt };
    },

    async createKey({ tenant }, { body }) {
      addKey(tenants, allowedKeys, body.key, { tenant, mayWrite: body.access === "write" });
      return { status: 201, body };
    },
  };
  return {
    operations: operationTable,
    validators,
    notServed,
    errors,
    // A sandbox whose clock stands still at its limit must still be movable.
    isRateLimited: false,
    refusesUnknownQuery: true,
    answer(tenant, operationId, input, { warn }) {
      // There is no tenant for the public operations alone, which take none.
      const theirs = tenant as Tenant;
      const transact: Context["transact"] = (work) => theirs.agenda.transact(work, warn);
      return callHandler(handlers, operationId, { tenant: theirs, transact }, input);
    },
  };
}

const presentPolicy = (policy: Policy): Schemas["Policy"] => ({
  profile: profileOf(policy),
  ...policy,
});

const presentClock = (clock: SandboxClock) => ({
  now: formatInstant(clock.now()),
  frozen: clock.isFrozen,
});

/** Where an advance leads: by a duration or to an instant, never both. */
function destination(now: Instant, { by, to }: { by?: string; to?: string }): Instant {
  if ((by === undefined) === (to === undefined)) {
    throw refused("send either `by`, a duration such as 30d or P1M, or `to`, an instant");
  }
  if (to !== undefined) return readInstant(to, "to");
  const duration = parseDuration(by ?? "");
  if (!duration) {
    throw refused(
      `\`by\` is ${JSON.stringify(by)} but must be a duration: ISO 8601 such as P1M or PT90S, or short such as 30d or 1h30m`,
    );
  }
  const end = addDuration(now, duration);
  if (!(end <= instantMax)) {
    throw refused(
      `\`by\` is ${JSON.stringify(by)}, which leads past ${formatInstant(instantMax)}; send a shorter duration`,
    );
  }
  return end;
}

const refused = (reason: string): RequestError =>
  new RequestError("body-invalid", "", `Your request body is invalid: ${reason}`);
