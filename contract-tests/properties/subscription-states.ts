/**
 * The states a subscription can be in, and what each call does in each of them: an answer with the states that may
 * follow, or a refusal. Written from the rules; `subscription-states.test.ts` walks it.
 */

export const states = [
  "active",
  /** Active, and to be cancelled at its next date. */
  "ending",
  /** Active, with a plan change that takes over at its next date. */
  "scheduled",
  /** Active, with a plan change that waits for its payment. */
  "waiting",
  "held",
  /** On hold for the charge of a plan change that took effect. */
  "held by change",
  /** On hold for a renewal, with a plan change that waits for its payment. */
  "held waiting",
  "paused",
  /** Paused, with a plan change that waits for its payment. */
  "paused waiting",
  "on demand",
  "on demand ending",
  "on demand held",
  "on demand paused",
  /** Cancelled or expired. */
  "ended",
  "on demand ended",
] as const;

export type State = (typeof states)[number];

export const calls = [
  "cancel now",
  "cancel at the next date",
  "take back the end",
  "move the next date",
  "move the next date past the term",
  "lengthen the term",
  "pause",
  "resume",
  "change the plan",
  "schedule a change",
  "take back the schedule",
  "change to the plan it is on",
  "charge",
  "go off demand",
  "close the cycle",
  "the card fails",
  "the card works",
] as const;

export type Call = (typeof calls)[number];

/** The states that may follow, none for the same, or the status and code of the refusal. */
export type Cell =
  | { readonly to: readonly State[] }
  | { readonly status: number; readonly code: string };

const to = (...states: readonly State[]): Cell => ({ to: states });
const no = (code: string, status = 422): Cell => ({ status, code });
/** The state it was in. */
const stays = to();

type Row = { readonly otherwise: Cell } & { readonly [It in State]?: Cell };

const final = no("INVALID_REQUEST_PARAMETERS");
const inactive = no("SUBSCRIPTION_INACTIVE");
const unchangeable = no("INACTIVE_SUBSCRIPTION_PLAN_CHANGE_NOT_SUPPORTED");
const pending = no("PENDING_PLAN_CHANGE_EXISTS", 409);
const endsSoon = no("PLAN_CHANGE_NOT_ALLOWED_FOR_SCHEDULED_CANCELLATION");
const demandsCharge = no("ON_DEMAND_PLAN_CHANGE_NOT_SUPPORTED");
const renewsItself = no("SUBSCRIPTION_NOT_ON_DEMAND");

/** SUB-78, SUB-33, SUB-34: what a plan change of any kind is refused with, in the order of the checks. */
const refusedChange: { readonly [It in State]?: Cell } = {
  ending: endsSoon,
  scheduled: no("SCHEDULED_PLAN_CHANGE_EXISTS", 409),
  waiting: pending,
  held: unchangeable,
  "held by change": pending,
  "held waiting": pending,
  paused: unchangeable,
  "paused waiting": pending,
  "on demand": demandsCharge,
  "on demand ending": demandsCharge,
  "on demand held": unchangeable,
  "on demand paused": unchangeable,
  ended: unchangeable,
  "on demand ended": unchangeable,
};

/** SUB-09: nothing of billing changes any more. */
const whenEnded = { ended: final, "on demand ended": final } as const;

export const machine: { readonly [It in Call]: Row } = {
  /** SUB-50. */
  "cancel now": {
    otherwise: to("ended"),
    "on demand": to("on demand ended"),
    "on demand ending": to("on demand ended"),
    "on demand held": to("on demand ended"),
    "on demand paused": to("on demand ended"),
    ...whenEnded,
  },
  /** SUB-78, SUB-19, SUB-50. */
  "cancel at the next date": {
    otherwise: stays,
    active: to("ending"),
    scheduled: to("ending"),
    waiting: to("ending"),
    "held waiting": to("held"),
    "paused waiting": to("paused"),
    "on demand": to("on demand ending"),
    ...whenEnded,
  },
  "take back the end": {
    otherwise: stays,
    ending: to("active", "scheduled"),
    "on demand ending": to("on demand"),
    ...whenEnded,
  },
  /** SUB-11, SUB-68. */
  "move the next date": { otherwise: stays, ...whenEnded },
  /** SUB-69. */
  "move the next date past the term": { otherwise: no("INVALID_REQUEST_PARAMETERS") },
  /** SUB-56. */
  "lengthen the term": { otherwise: stays, ...whenEnded },
  /** SUB-54. */
  pause: {
    otherwise: inactive,
    active: to("paused"),
    ending: to("paused"),
    scheduled: to("paused"),
    waiting: to("paused waiting"),
    "on demand": to("on demand paused"),
    "on demand ending": to("on demand paused"),
    paused: no("SUBSCRIPTION_ALREADY_PAUSED"),
    "paused waiting": no("SUBSCRIPTION_ALREADY_PAUSED"),
    "on demand paused": no("SUBSCRIPTION_ALREADY_PAUSED"),
  },
  /** SUB-54, SUB-59. */
  resume: {
    otherwise: no("SUBSCRIPTION_NOT_PAUSED"),
    paused: to("active", "ending", "scheduled"),
    "paused waiting": to("active", "scheduled", "waiting"),
    "on demand paused": to("on demand", "on demand ending"),
  },
  /** SUB-30 to SUB-35. */
  "change the plan": {
    otherwise: to("active", "waiting", "held by change"),
    ...refusedChange,
  },
  /** SUB-31, SUB-33. */
  "schedule a change": { otherwise: to("scheduled"), ...refusedChange },
  "take back the schedule": { otherwise: stays, scheduled: to("active") },
  /** SUB-18. */
  "change to the plan it is on": { otherwise: to("active"), ...refusedChange },
  /** SUB-77, SUB-15. */
  charge: {
    otherwise: renewsItself,
    "on demand": to("on demand", "on demand held"),
    "on demand ending": no("CHARGE_NOT_ALLOWED_FOR_SCHEDULED_CANCELLATION"),
    "on demand held": inactive,
    "on demand paused": inactive,
    "on demand ended": inactive,
  },
  /** From the date given it renews by itself. */
  "go off demand": {
    otherwise: no("INVALID_REQUEST_PARAMETERS"),
    "on demand": to("active"),
    "on demand ending": to("ending"),
    "on demand held": to("held"),
    "on demand paused": to("paused"),
  },
  "close the cycle": {
    otherwise: inactive,
    active: to("active", "held", "ended"),
    ending: to("ended"),
    scheduled: to("active", "held", "ended"),
    waiting: to("waiting", "held waiting", "ended"),
  },
  "the card fails": { otherwise: stays },
  /** SUB-03, SUB-77, SUB-35: what is owed is paid at once. */
  "the card works": {
    otherwise: stays,
    waiting: to("active"),
    held: to("active", "ending", "scheduled"),
    "held by change": to("active", "ending", "scheduled"),
    "held waiting": to("active"),
    "on demand held": to("on demand", "on demand ending"),
  },
};

/** What time alone may lead to, from each state. */
export const byItself: { readonly [It in State]: readonly State[] } = {
  active: ["active", "held", "ended"],
  ending: ["ending", "ended"],
  scheduled: ["scheduled", "active", "held", "ended"],
  waiting: ["waiting", "held waiting", "ended"],
  held: ["held", "ended"],
  "held by change": ["held by change", "ended"],
  "held waiting": ["held waiting", "ended"],
  paused: ["paused"],
  "paused waiting": ["paused waiting"],
  "on demand": ["on demand", "on demand ended"],
  "on demand ending": ["on demand ending", "on demand ended"],
  "on demand held": ["on demand held", "on demand ended"],
  "on demand paused": ["on demand paused"],
  ended: ["ended"],
  "on demand ended": ["on demand ended"],
};

export const cellOf = (call: Call, state: State): Cell =>
  machine[call][state] ?? machine[call].otherwise;
