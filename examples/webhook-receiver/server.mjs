// Takes webhooks as they come in practice: more than once, in any order, some of a type nobody has heard of.
import DodoPayments from "dodopayments";
import express from "express";

// Only the secret matters here; the client takes it from DODO_PAYMENTS_WEBHOOK_KEY.
const { webhooks } = new DodoPayments({ bearerToken: "not needed to receive" });

/** Ids of the webhooks that were dealt with. In a database: a table whose key they are. */
const processed = new Set();
/** Credits used, by customer. */
const used = new Map();
let repeated = 0;

const app = express();

// The signature is over the bytes as they were sent, so nothing may parse them before `unwrap` has seen them.
app.post("/webhooks", express.raw({ type: "application/json" }), (request, response) => {
  let event;
  try {
    event = webhooks.unwrap(String(request.body), { headers: request.headers });
  } catch {
    return response.status(401).send("not signed with our secret");
  }
  const id = request.headers["webhook-id"]; // the same on every attempt
  if (processed.has(id)) {
    repeated += 1;
  } else {
    // In a database: both in one transaction, so that a crash between them neither loses an event nor counts it twice.
    processed.add(id);
    take(event);
  }
  // At once: a sender that waits too long sends again. What takes long (mails, reports) belongs in a queue.
  response.sendStatus(204);
});

app.get("/", (_request, response) => {
  response.json({ used: Object.fromEntries(used), processed: processed.size, repeated });
});

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});

/** Adds up, because sums do not depend on the order in which events arrive. */
function take({ type, data }) {
  switch (type) {
    case "credit.deducted": {
      const { customer_id, amount } = data;
      used.set(customer_id, (used.get(customer_id) ?? 0) + Number(amount)); // whole tokens, far below 2^53
      return;
    }
    case "credit.balance_low":
      console.log(`${data.customer_id} has ${data.available_balance} left`);
      return;
    default: // new types appear without notice; refusing them would only have them sent again
  }
}
