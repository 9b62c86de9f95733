import type { webhooks } from "@drawdown/spec/dodo";

/** The body of each event of the document, by its type. */
type Bodies = {
  [Type in keyof webhooks]: webhooks[Type]["post"]["requestBody"]["content"]["application/json"];
};

/** The name of an event of the document. */
export type WebhookEventType = keyof Bodies;

/**
 * The body of a webhook: one of the events of the document, told apart by `type`. The vendor sends events that the
 * document does not have, such as `refund.succeeded`; they come through as they are, so let a `switch` end with a
 * `default` that answers 2xx.
 *
 * @example
 * if (event.type === "credit.added") console.log(event.data.amount); // data is a ledger entry
 */
export type WebhookEvent = Bodies[WebhookEventType];

/**
 * The body of the event of one type.
 *
 * @example
 * function onLowBalance({ data }: WebhookEventOf<"credit.balance_low">) {
 *   console.log(data.available_balance, "of", data.subscription_credits_amount);
 * }
 */
export type WebhookEventOf<Type extends WebhookEventType> = Bodies[Type];
