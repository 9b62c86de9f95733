import DodoPayments, { WebhookUnwrapError } from "@drawdown/sdk";
import express from "express";

const client = new DodoPayments(); // reads DODO_PAYMENTS_API_KEY and DODO_PAYMENTS_WEBHOOK_KEY
const app = express();

app.post("/webhooks", express.raw({ type: "application/json" }), (request, response) => {
  try {
    const event = client.webhooks.unwrap(request.body, { headers: request.headers });
    if (event.type === "credit.added") console.log(event.data.customer_id, "+", event.data.amount);
    if (event.type === "credit.balance_low") console.log(event.data.available_balance, "left");
    response.sendStatus(204);
  } catch (error) {
    if (!(error instanceof WebhookUnwrapError)) throw error;
    console.error(error.message);
    response.status(401).send(error.reason);
  }
});
app.use(express.json()); // for the other routes, so after this one
app.listen(3000);
