import type Drawdown from "@drawdown/sdk";
import type DodoPayments from "dodopayments";
import { expectTypeOf, test } from "vitest";

/**
 * Code written for the types of the official client, held against ours. The compiler does it: `npm run check` fails where
 * a list below is not exact, a run of the tests sees nothing. The options of a request, the last argument, are left out:
 * they differ. The exceptions follow from the document, whose types ours are.
 */

type Method = (...args: never[]) => unknown;

/** Every method below a client, by its path: `creditEntitlements.balances.list`. */
type MethodNames<Resource, Prefix extends string = ""> = {
  [Key in keyof Resource & string]: Resource[Key] extends Method
    ? `${Prefix}${Key}`
    : Resource[Key] extends object
      ? MethodNames<Resource[Key], `${Prefix}${Key}.`>
      : never;
}[keyof Resource & string];

type MethodAt<Resource, Name extends string> = Name extends `${infer Key}.${infer Rest}`
  ? Key extends keyof Resource
    ? MethodAt<Resource[Key], Rest>
    : never
  : Name extends keyof Resource
    ? Resource[Name]
    : never;

type Arguments<Function_> = Function_ extends (...args: infer Args) => unknown
  ? Required<Args> extends [...infer Own, infer Last]
    ? "maxRetries" extends keyof Last
      ? Own
      : Required<Args>
    : never
  : never;

type ArgumentCount<Function_> = Function_ extends (...args: infer Args) => unknown
  ? Args["length"]
  : never;

/** What a method resolves with; of a page its items, as pages themselves are classes there and plain here. */
type Answer<Function_> = Function_ extends (...args: never[]) => infer Returned
  ? ItemOrWhole<Awaited<Returned>>
  : never;

type ItemOrWhole<Whole> = Whole extends { hasNextPage(): boolean }
  ? {
      readonly item: Whole extends { items: (infer Item)[] } | { data: (infer Item)[] }
        ? Item
        : never;
    }
  : Whole;

type FieldNames<Argument> = Argument extends object ? keyof Argument & string : never;

/** What a client does besides its resources. */
type Means = "delete" | "fetch" | "get" | "logger" | "patch" | "post" | "put" | "withOptions";

type Name = MethodNames<Omit<Drawdown, Means>>;
type Ours<N extends Name> = MethodAt<Drawdown, N>;
type Official<N extends Name> = MethodAt<DodoPayments, N>;

type OursAlone = { [N in Name]: [Official<N>] extends [never] ? N : never }[Name];
type Shared = Exclude<Name, OursAlone>;

type CountedDifferently = {
  [N in Shared]: ArgumentCount<Official<N>> extends ArgumentCount<Ours<N>> ? never : N;
}[Shared];

type TakesLess = {
  [N in Shared]: Arguments<Official<N>> extends Arguments<Ours<N>> ? never : N;
}[Shared];

type UnknownFields = {
  [N in Shared]: `${N} ${Exclude<
    FieldNames<Arguments<Official<N>>[number]>,
    FieldNames<Arguments<Ours<N>>[number]>
  >}`;
}[Shared];

type AnswersOtherwise = {
  [N in Shared]: Answer<Ours<N>> extends Answer<Official<N>> ? never : N;
}[Shared];

test("a method has the name of an official one, with exceptions", () => {
  expectTypeOf<OursAlone>().toEqualTypeOf<"usageEvents.batcher">();
  expectTypeOf<Exclude<Means, "fetch">>().toExtend<keyof DodoPayments>(); // its fetch is private
  expectTypeOf<"customers.wallets.ledgerEntries.create">().toExtend<Name>(); // the names are found at any depth
});

test("what the official client has besides, with its methods for who makes clients", () => {
  expectTypeOf<Exclude<keyof DodoPayments, keyof Drawdown>>().toEqualTypeOf<
    | "balances"
    | "blocklist"
    | "brands"
    | "discounts"
    | "disputes"
    | "entitlements"
    | "invoices"
    | "licenseKeyInstances"
    | "licenseKeys"
    | "licenses"
    | "misc"
    | "moderation"
    | "payouts"
    | "productCollections"
    | "refunds"
    | "webhookEvents"
    | "buildRequest"
    | "buildURL"
    | "fetchWithTimeout"
    | "getAPIList"
    | "request"
    | "requestAPIList"
  >();
});

test("a method has as many arguments as the official one, and as many that may be left out", () => {
  expectTypeOf<CountedDifferently>().toBeNever();
});

test("a method takes the values that the official one takes", () => {
  expectTypeOf<TakesLess>().toBeNever();
});

test("a method knows the fields that the official one knows", () => {
  expectTypeOf<UnknownFields>().toBeNever();
});

test("an answer can be used as the official one, with exceptions", () => {
  // A list of clauses may mix conditions and filters (MTR-11), which the official type has no word for.
  expectTypeOf<AnswersOtherwise>().toEqualTypeOf<
    "meters.create" | "meters.list" | "meters.retrieve"
  >();
});

test("an event is one of the official ones, which are more", () => {
  type EventsOf<Client extends { webhooks: { unsafeUnwrap(body: string): { type: string } } }> =
    ReturnType<Client["webhooks"]["unsafeUnwrap"]>["type"];
  expectTypeOf<EventsOf<Drawdown>>().toExtend<EventsOf<DodoPayments>>();
  expectTypeOf<Exclude<EventsOf<DodoPayments>, EventsOf<Drawdown>>>().toExtend<
    | `abandoned_checkout.${string}`
    | `dispute.${string}`
    | `dunning.${string}`
    | `entitlement_grant.${string}`
    | `license_key.${string}`
    | `payout.${string}`
    | `refund.${string}`
    | "subscription.past_due"
    | "subscription.update_payment_method"
  >();
});
