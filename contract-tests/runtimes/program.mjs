// What an application does with the client, in standard JavaScript: it runs wherever the client claims to run. It imports
// nothing, so that a module, a CommonJS file and a bundle can each hand it the packages as they got them.

const at = "2026-01-01T00:00:00Z";
const terms = { unit: "token", precision: 0, rollover_enabled: false, overage_enabled: false };

/**
 * @param packages the entry points of `@drawdown/sdk`: `sdk`, `amount`, `legacy`, `sandbox`
 * @param options `baseURL` of a running sandbox, and a `bearerToken` that nobody has used there
 * @returns what came of it, as plain data: the same everywhere
 */
export async function run({ sdk, amount, legacy, sandbox }, options) {
  const client = new sdk.DodoPayments(options);
  const control = new sandbox.SandboxControl(options);
  await control.reset({ at, frozen: true });
  await control.webhooks.setMode({ collected: true });
  const { id: webhook } = await client.webhooks.create({ url: "http://127.0.0.1:9/webhooks" });

  const credit = await client.creditEntitlements.create({ name: "Tokens", ...terms });
  const ada = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  const held = { credit_entitlement_id: credit.id };
  const scene = { client, control, credit, customer: ada.customer_id, held };
  return {
    construction: constructions(sdk),
    ledger: await movements(scene, amount),
    paging: await pages(scene),
    errors: await errors(scene, sdk, options),
    retries: await retries(scene, sdk, options),
    batcher: await batches(scene),
    unwrap: await unwraps(scene, sdk, webhook),
    amount: amounts(amount, sdk),
    legacy: await olderCalls(scene, legacy),
    clock: await clock(scene),
  };
}

const nameOf = (error) => error.constructor.name;

/** What is thrown. */
async function refusal(act) {
  try {
    await act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was refused");
}

function constructions({ default: byDefault, DodoPayments, DodoPaymentsError }) {
  try {
    new DodoPayments({ bearerToken: "dodo_test_me", timeout: -1 });
  } catch (error) {
    return { isOneClass: byDefault === DodoPayments, refused: error instanceof DodoPaymentsError };
  }
}

async function movements({ client, customer, held }, { toWire, sum }) {
  const { balances } = client.creditEntitlements;
  for (const amount of ["100", "20", "3"]) {
    await balances.createLedgerEntry(customer, { ...held, entry_type: "credit", amount });
  }
  const debit = { ...held, entry_type: "debit", amount: toWire(sum(["10", "13"])) };
  const entry = await balances.createLedgerEntry(customer, debit);
  const { balance } = await balances.retrieve(customer, held);
  return { after: entry.balance_after, balance };
}

async function pages({ client, customer, held }) {
  const { balances } = client.creditEntitlements;
  const query = { ...held, page_size: 3 };
  const amounts = [];
  for await (const entry of balances.listLedger(customer, query)) amounts.push(entry.amount);
  const first = await balances.listLedger(customer, query);
  const cursors = [];
  for await (const { url } of client.webhooks.list()) cursors.push(url);
  return { amounts, first: first.items.length, hasNextPage: first.hasNextPage(), cursors };
}

async function errors({ client, customer, held }, sdk, options) {
  const { balances } = client.creditEntitlements;
  const tooMuch = { ...held, entry_type: "debit", amount: "5000" };
  const overdrawn = await refusal(() => balances.createLedgerEntry(customer, tooMuch));
  const missing = await refusal(() => client.customers.retrieve("cus_nobody"));
  const aborted = await refusal(() =>
    balances.retrieve(customer, held, { signal: AbortSignal.abort() }),
  );
  const lost = new sdk.DodoPayments({
    ...options,
    maxRetries: 0,
    fetch: async () => {
      throw new TypeError("the network is gone");
    },
  });
  const unreachable = await refusal(() => lost.customers.list());
  return {
    overdrawn: [nameOf(overdrawn), overdrawn.status, overdrawn instanceof sdk.APIError],
    missing: [nameOf(missing), missing.status],
    aborted: aborted instanceof sdk.APIUserAbortError,
    unreachable: unreachable instanceof sdk.APIConnectionError,
  };
}

/** A service that is busy twice, and says when to come back. */
async function retries({ customer, held }, sdk, options) {
  let attempts = 0;
  const client = new sdk.DodoPayments({
    ...options,
    fetch: async (input, init) => {
      if (++attempts > 2) return fetch(input, init);
      return new Response("{}", { status: 503, headers: { "retry-after-ms": "0" } });
    },
  });
  const { balance } = await client.creditEntitlements.balances.retrieve(customer, held);
  return { attempts, balance };
}

async function batches({ client, customer }) {
  const batcher = client.usageEvents.batcher({ maxEvents: 2 });
  for (const event_id of ["evt_1", "evt_2", "evt_3"]) {
    batcher.add({ event_id, customer_id: customer, event_name: "tokens.used", timestamp: at });
  }
  await batcher.close();
  const stored = [];
  for await (const { event_id } of client.usageEvents.list()) stored.push(event_id);
  return { queued: batcher.queued, stored: stored.sort() };
}

/** A delivery as the sandbox signed it, as text, as bytes, and changed: its type, or why it was refused. */
async function unwraps({ client, control }, sdk, webhook) {
  const { secret: key } = await client.webhooks.retrieveSecret(webhook);
  const { items } = await control.deliveries.list();
  const delivery = items.find((it) => it.event_type === "credit.added");
  const [{ request_body: body, request_headers: headers }] = delivery.attempts;
  const read = async (received, of) => {
    try {
      return (await client.webhooks.unwrap(received, { headers: of, key })).type;
    } catch (error) {
      if (!(error instanceof sdk.WebhookUnwrapError)) throw error;
      return error.reason;
    }
  };
  return {
    text: await read(body, new Headers(headers)),
    bytes: await read(new TextEncoder().encode(body), headers),
    changed: await read(`${body} `, headers),
  };
}

function amounts({ add, format, parse, AmountError }, { DodoPaymentsError }) {
  const sum = format(add("0.1", "0.2"), 2);
  try {
    parse("1e3");
  } catch (error) {
    // Entry points share their classes, however they were loaded.
    return { sum, refused: [error instanceof AmountError, error instanceof DodoPaymentsError] };
  }
}

async function olderCalls({ client, credit, customer }, { withLegacyCalls, toMinorUnits }) {
  const older = withLegacyCalls(client);
  const { available_balance } = await older.creditEntitlements.balances.get(credit.id, customer);
  return { available_balance, price: toMinorUnits(0.001, "USD") };
}

async function clock({ control }) {
  const { now } = await control.clock.advance({ by: "30d" });
  const { differences } = await control.audit();
  return { now, differences };
}
