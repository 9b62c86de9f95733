import type Drawdown from "@drawdown/sdk";
import type DodoPayments from "dodopayments";
import { expectTypeOf, test } from "vitest";

/**
 * Code written for the types of the official client, held against ours. The compiler does it: `npm run check` fails where
 * a list below is not exact, a run of the tests sees nothing. The options of a request, the last argument, are left out:
 * they differ. The exceptions follow from the document, whose types ours are; README.md of the SDK says them in words.
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

type Name = MethodNames<Omit<Drawdown, "api" | "baseURL">>;
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
  expectTypeOf<"customers.wallets.ledgerEntries.create">().toExtend<Name>(); // the names are found at any depth
});

test("a method has as many arguments as the official one, and as many that may be left out", () => {
  expectTypeOf<CountedDifferently>().toBeNever();
});

test("a method takes the values that the official one takes, with exceptions", () => {
  expectTypeOf<TakesLess>().toEqualTypeOf<
    | "creditEntitlements.balances.listLedger" // any text as transaction_type
    | "products.create" // files, entitlements and licence keys
    | "products.update"
    | "subscriptions.retrieveUsageHistory" // null for a filter
  >();
});

test("a method knows the fields that the official one knows, with exceptions", () => {
  expectTypeOf<UnknownFields>().toEqualTypeOf<
    | "subscriptions.changePlan cancel_scheduled_change_plan"
    | "subscriptions.changePlan collect_via_payment_link"
    | "subscriptions.previewChangePlan cancel_scheduled_change_plan"
    | "subscriptions.previewChangePlan collect_via_payment_link"
  >();
});

test("an answer can be used as the official one, with exceptions", () => {
  expectTypeOf<AnswersOtherwise>().toEqualTypeOf<
    | "checkoutSessions.preview" // has no payment_method_required
    | "meters.create" // one type for every clause of a filter
    | "meters.list"
    | "meters.retrieve"
    | "payments.list" // has no subscription_ids
    | "payments.retrieve"
    | "products.create" // entitlements and the like are empty objects
    | "products.list"
    | "products.retrieve"
    | "subscriptions.list" // has no has_payment_method
    | "subscriptions.previewChangePlan" // one type for every line item
    | "subscriptions.retrieve"
    | "subscriptions.update"
    | "webhooks.unsafeUnwrap" // the events of the document
    | "webhooks.unwrap"
  >();
});
