import type { Customer } from "../domain/customer.js";
import { type Account, type Entry, type Grant, isOpen } from "../domain/ledger/account.js";
import type { Entitlement } from "../domain/ledger/entitlement.js";
import { oldestFirst } from "../domain/ledger/rules/draw-order.js";
import type { UsageEvent } from "../domain/metering/event.js";
import type { Meter } from "../domain/metering/meter.js";
import type { Instant } from "../domain/time.js";

/** Something that happens later: when, and to what. Rows of one instant run by rank, then in the order they were made. */
export interface Task {
  readonly id: string;
  readonly dueAt: Instant;
  readonly rank: number;
  readonly kind: TaskKind;
  readonly subjectId: string;
}

export type TaskKind = "expire-grant";

/** A key that a ledger entry was created with. Its id spans credit, customer and key (LED-26). */
export interface UsedKey {
  readonly id: string;
  readonly entryId: string;
}

/** Everything a store keeps, by kind. Records are immutable; a change puts a new one under the same id. */
export interface Records {
  readonly account: Account;
  readonly customer: Customer;
  readonly entitlement: Entitlement;
  readonly entry: Entry;
  readonly event: UsageEvent;
  readonly grant: Grant;
  readonly meter: Meter;
  readonly task: Task;
  readonly usedKey: UsedKey;
}

export type Kind = keyof Records;

/**
 * A way to look records up: `keyOf` names the group a record is in (`undefined`: none), `order` the fields that sort
 * a group, ascending, null last. Records that tie stay in the order they were first put.
 */
export interface Index<Record> {
  readonly keyOf: (record: Record) => string | undefined;
  readonly order: readonly (keyof Record)[];
}

type Tables = { readonly [K in Kind]: { readonly [index: string]: Index<Records[K]> } };

/** Key of an index that holds every record of its kind. */
export const all = "all";

/** Key of one customer's holding of one credit. Ids hold no blank, so the parts cannot run together. */
export const holderKey = (entitlementId: string, customerId: string): string =>
  `${entitlementId} ${customerId}`;

/** Every kind with the indexes its readers use; a store keeps them and knows no other rule. */
export const tables = {
  account: {
    byHolder: { keyOf: (it) => holderKey(it.entitlementId, it.customerId), order: [] },
    byEntitlement: { keyOf: (it) => it.entitlementId, order: ["createdAt"] },
    byCustomer: { keyOf: (it) => it.customerId, order: ["createdAt"] },
    all: { keyOf: () => all, order: [] },
  },
  customer: { all: { keyOf: () => all, order: ["createdAt"] } },
  entitlement: {
    byState: {
      keyOf: (it) => (it.deletedAt === null ? "active" : "deleted"),
      order: ["createdAt"],
    },
    byActiveName: {
      keyOf: (it) => (it.deletedAt === null ? it.name : undefined),
      order: ["createdAt"],
    },
  },
  entry: { byAccount: { keyOf: (it) => it.accountId, order: ["sequence"] } },
  event: {
    all: { keyOf: () => all, order: ["at"] },
    byCustomer: { keyOf: (it) => it.customerId, order: ["at"] },
  },
  grant: {
    byAccount: { keyOf: (it) => it.accountId, order: ["createdAt"] },
    open: { keyOf: (it) => (isOpen(it) ? it.accountId : undefined), order: oldestFirst },
  },
  meter: {
    byState: {
      keyOf: (it) => (it.archivedAt === null ? "active" : "archived"),
      order: ["createdAt"],
    },
  },
  task: { due: { keyOf: () => all, order: ["dueAt", "rank"] } },
  usedKey: {},
} as const satisfies Tables;

export type IndexOf<K extends Kind> = keyof (typeof tables)[K] & string;
