import { parseArgs } from "node:util";
import { key, openStage } from "./stage/stage.js";

/** Serves NeuralAPI, with a sandbox behind it, until it is stopped. */

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "3000" },
    at: { type: "string" },
    frozen: { type: "boolean", default: false },
  },
});

const stage = await openStage({
  ...(values.port === "0" ? {} : { port: Number(values.port) }),
  ...(values.at === undefined ? {} : { at: values.at }),
  frozen: values.frozen,
  onLine: (line) => console.log(line),
});

console.log(`
  Open   ${stage.application.url}
  Pay    with one of the test cards that the checkout shows

  The sandbox is at ${stage.sandboxUrl} and does more than the service can, here with the key ${key}:

  # deduct what was used, without waiting for the minute
  ${curl("/meters/run")}

  # let the month go by
  ${curl("/clock/advance", { by: "P1M" })}
`);

const parent = process.ppid;
const watch = setInterval(() => {
  // npm starts this through a shell, which may end without passing on the signal that ended it.
  if (process.ppid !== parent) process.kill(process.pid, "SIGTERM");
}, 100);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    clearInterval(watch);
    void stage.close();
  });
}

function curl(path: string, body: object = {}): string {
  const headers = `-H "Authorization: Bearer ${key}" -H "Content-Type: application/json"`;
  return `curl -X POST ${stage.sandboxUrl}/_sandbox${path} ${headers} -d '${JSON.stringify(body)}'`;
}
