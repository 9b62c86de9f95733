import {
  type components,
  notServed,
  type operations,
  operationTable,
  validators,
} from "@drawdown/spec/control";
import { changedPolicy, type Policy, profileOf } from "#domain/policy.js";
import {
  addDuration,
  formatInstant,
  type Instant,
  instantMax,
  parseDuration,
} from "#domain/time.js";
import { type Caller, callHandler, type Dialect, type Handlers } from "#http/contract.js";
import { readInstant } from "#http/read-instant.js";
import { RequestError } from "#http/request-error.js";
import type { Answered, Outgoing, Send, Unit } from "#sandbox/ports.js";
import type { Ledger } from "#sandbox/post.js";
import type { Tenant, Tenants } from "#sandbox/tenant.js";
import type { ClockReading, World } from "#sandbox/world.js";
import { version } from "../../version.js";
import { audit } from "./audit.js";
import { addKey, changesOf, openTenant } from "./open-tenant.js";

type Schemas = components["schemas"];

/** What the dialect beside it lets the control API do to its billing. Each runs in a transaction. */
export interface BillingControls {
  readonly ledger: Ledger;
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
  /** The same, and the world it was in, for what is to follow in that and no other. */
  readonly inWorld: <Result>(
    work: (unit: Unit) => Promise<Result>,
  ) => Promise<{ readonly world: World; readonly result: Result }>;
  readonly hungUp: Caller["hungUp"];
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
      return { status: 200, body: presentClock(await tenant.readClock()) };
    },

    async setClock({ tenant, hungUp }, { body }) {
      const { frozen: isFrozen = tenant.world.clock.isFrozen } = body;
      if (body.now === undefined) {
        return { status: 200, body: presentClock(await tenant.freeze(isFrozen)) };
      }
      const now = readInstant(body.now, "now");
      const { reading } = await tenant.setClock({
        to: () => now,
        isFrozen: body.frozen,
        ...untilOf(hungUp),
      });
      return { status: 200, body: presentClock(reading) };
    },

    async advanceClock({ tenant, hungUp }, { body }) {
      const to = (now: Instant) => destination(now, body);
      const { reading, ran } = await tenant.advance({ to, ...untilOf(hungUp) });
      return { status: 200, body: { ...presentClock(reading), tasks_run: ran } };
    },

    async reset({ tenant }, { body }) {
      const reading = await tenant.reset(changesOf(body ?? {}));
      return { status: 200, body: presentClock(reading) };
    },

    async createTenant(_none, { body }) {
      return openTenant(tenants, allowedKeys, body ?? {});
    },

    async closeTenant({ tenant }) {
      await tenants.close(tenant);
      return { status: 200, body: { key: tenant.key } };
    },

    async audit({ transact }) {
      const { accounts, entries, differences } = await transact(({ tx }) =>
        audit(tx, billing.ledger),
      );
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
      const policy = await tenant.inTurn(async ({ agenda }) => agenda.policy);
      return { status: 200, body: presentPolicy(policy) };
    },

    async setPolicy({ tenant }, { body }) {
      const policy = await tenant.inTurn(async ({ agenda }) => {
        agenda.policy = changedPolicy(agenda.policy, body);
        return agenda.policy;
      });
      return { status: 200, body: presentPolicy(policy) };
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

    async closeCycle({ tenant }, { path }) {
      const cycle = await tenant.inTurn(async ({ agenda }) => {
        await agenda.transact((unit) => billing.endCycle(unit, path.id));
        return agenda.transact((unit) => billing.readCycle(unit, path.id));
      });
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

    async readEvents({ tenant }, { query }) {
      const list = await tenant.inTurn(({ agenda, businessId }) =>
        agenda.transact((unit) => webhooks.readEvents(unit, businessId, query)),
      );
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
      const { courier } = await tenant.inTurn(async (it) => it);
      return { status: 200, body: { attempts: await courier.settle() } };
    },

    async resendDelivery({ inWorld }, { path }) {
      const { world } = await inWorld((unit) => webhooks.resendDelivery(unit, path.id));
      await world.courier.settle();
      const delivery = await world.transact((unit) => webhooks.retrieveDelivery(unit, path.id));
      return { status: 200, body: delivery };
    },

    async replayEvents({ inWorld }, { path, body }) {
      const { world, result: deliveries } = await inWorld((unit) =>
        webhooks.replayEvents(unit, path.id, body ?? {}),
      );
      world.courier.wake();
      return { status: 200, body: { deliveries } };
    },

    async recoverDeliveries({ inWorld }, { path }) {
      const { world, result: deliveries } = await inWorld((unit) =>
        webhooks.recoverDeliveries(unit, path.id),
      );
      world.courier.wake();
      return { status: 200, body: { deliveries } };
    },

    async rotateSecret({ transact }, { path }) {
      const secret = await transact((unit) => webhooks.rotateSecret(unit, path.id));
      return { status: 200, body: { secret } };
    },

    async readDeliveryMode({ transact }) {
      return { status: 200, body: await transact(webhooks.readDeliveryMode) };
    },

    async setDeliveryMode({ inWorld }, { body }) {
      const { world, result: mode } = await inWorld((unit) => webhooks.setDeliveryMode(unit, body));
      world.courier.wake();
      return { status: 200, body: mode };
    },

    async sendBody({ inWorld }, { path, body }) {
      const { world, result: request } = await inWorld((unit) =>
        webhooks.composeBody(unit, path.id, body.body),
      );
      const answered = await send(request, world.signal);
      const attempt = await world.transact(async (unit) =>
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
    answer(tenant, operationId, input, { warn, hungUp }) {
      // There is no tenant for the public operations alone, which take none.
      const theirs = tenant as Tenant;
      const transact: Context["transact"] = (work) => theirs.agenda.transact(work, warn);
      const inWorld: Context["inWorld"] = (work) =>
        theirs.inTurn(async (world) => ({
          world,
          result: await world.agenda.transact(work, warn),
        }));
      const context = { tenant: theirs, transact, inWorld, hungUp };
      return callHandler(handlers, operationId, context, input);
    },
  };
}

const presentPolicy = (policy: Policy): Schemas["Policy"] => ({
  profile: profileOf(policy),
  ...policy,
});

const untilOf = (hungUp: Caller["hungUp"]) => (hungUp ? { until: hungUp() } : {});

const presentClock = ({ now, isFrozen, movement }: ClockReading): Schemas["Clock"] => ({
  now: formatInstant(now),
  frozen: isFrozen,
  ...(movement && {
    moving: {
      from: formatInstant(movement.from),
      to: formatInstant(movement.to),
      tasks_run: movement.ran,
    },
  }),
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
