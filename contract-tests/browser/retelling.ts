import type { Shop } from "./shop.js";

/** Everything that is there in the end. */
export async function readLedgers({ client, customer, tokens, images }: Shop) {
  const { balances } = client.creditEntitlements;
  const read = async (credit_entitlement_id: string) => {
    const page = { credit_entitlement_id, page_number: 0, page_size: 100 };
    return {
      balance: await balances.retrieve(customer, { credit_entitlement_id }),
      ledger: (await balances.listLedger(customer, page)).items.toReversed(),
      grants: (await balances.listGrants(customer, page)).items.toReversed(),
      explained: await client.get(`/_sandbox/explain/${credit_entitlement_id}/${customer}`),
    };
  };
  return {
    tokens: await read(tokens.id),
    images: await read(images.id),
    subscriptions: (await client.subscriptions.list()).items,
    payments: (await client.payments.list()).items,
    audit: await client.get("/_sandbox/audit"),
    clock: await client.get("/_sandbox/clock"),
  };
}

/** What happened, oldest first. */
export const readEvents = async ({ client }: Shop): Promise<readonly unknown[]> =>
  (await client.get<{ items: unknown[] }>("/_sandbox/events?limit=1000")).items;

/** What a delivery has that a receiver sees. */
interface Delivered {
  readonly attempts: readonly {
    readonly request_headers: Readonly<Record<string, string>>;
    readonly request_body: string;
  }[];
}

/** The deliveries as an application received them: verified by the official client, without the time of signing. */
export async function readDeliveries({ client, webhook }: Shop) {
  const { secret } = await client.webhooks.retrieveSecret(webhook.id);
  const { items } = await client.get<{ items: readonly Delivered[] }>(
    "/_sandbox/deliveries?limit=1000",
  );
  return {
    secret,
    deliveries: items.map(({ attempts, ...delivery }) => ({
      ...delivery,
      attempts: attempts.map(({ request_headers, request_body, ...attempt }) => {
        const event = client.webhooks.unwrap(request_body, {
          headers: request_headers,
          key: secret,
        });
        return {
          ...attempt,
          id: request_headers["webhook-id"],
          verified: event.type,
          request_body,
        };
      }),
    })),
  };
}
