// The least a Node server can do: parse the body, answer a JSON text of the size of a balance.
import { createServer } from "node:http";

const answer = JSON.stringify({
  id: "cdb_ztxm5XJsKxWucRWA3rjdM",
  customer_id: "cus_TV52uJWWXt2yIoBBxpjaa",
  credit_entitlement_id: "cde_yrrTlSrqLkbHxTqGhTCpL",
  balance: "1000000",
  overage: "0",
  last_transaction_at: "2026-01-02T03:04:05.000000Z",
  created_at: "2026-01-02T03:04:05.000000Z",
  updated_at: "2026-01-02T03:04:05.000000Z",
});
const headers = {
  "content-type": "application/json",
  "content-length": Buffer.byteLength(answer),
};

createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    if (chunks.length > 0) JSON.parse(Buffer.concat(chunks).toString());
    response.writeHead(200, headers);
    response.end(answer);
  });
}).listen(Number(process.env.PORT), "127.0.0.1");
