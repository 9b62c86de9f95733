// The least a Node server can do, in a process of its own: read the body, answer a JSON text of 400 bytes.
import { createServer } from "node:http";

const balance = {
  id: "cdb_ztxm5XJsKxWucRWA3rjdM",
  customer_id: "cus_TV52uJWWXt2yIoBBxpjaa",
  credit_entitlement_id: "cde_yrrTlSrqLkbHxTqGhTCpL",
  balance: "1000000",
  overage: "0",
  last_transaction_at: "2026-01-02T03:04:05.000000Z",
  created_at: "2026-01-02T03:04:05.000000Z",
  updated_at: "2026-01-02T03:04:05.000000Z",
  ingested_count: 0,
};
const room = 400 - JSON.stringify({ ...balance, filler: "" }).length;
const answer = JSON.stringify({ ...balance, filler: "x".repeat(room) });
const headers = { "content-type": "application/json", "content-length": answer.length };

const server = createServer((request, response) => {
  request.resume().on("end", () => response.writeHead(200, headers).end(answer));
});
server.listen(0, "127.0.0.1", () => process.send(`http://127.0.0.1:${server.address().port}`));
process.on("disconnect", () => process.exit());
