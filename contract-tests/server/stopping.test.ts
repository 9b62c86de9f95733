import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { commandLine, compiled } from "../harness/compile.js";

/** How a server ends that is told to. Everything is waited for by its own event; nothing here takes longer than it must. */

const program = compiled("drawdown", commandLine);

const started: { readonly child: ChildProcess; readonly pid: number }[] = [];

afterEach(() => {
  for (const { child, pid } of started.splice(0)) {
    child.kill("SIGKILL");
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it has ended, as it should
    }
  }
});

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Exit code, or the signal it died of. */
  readonly ended: Promise<number | string | null>;
}

/** A server whose line of JSON has been read. */
async function running(child: ChildProcess): Promise<Running> {
  const ended = once(child, "exit").then(([code, signal]) => code ?? signal);
  let said = "";
  for await (const chunk of child.stdout ?? []) {
    said += chunk;
    if (said.includes("\n")) break;
  }
  const { url, pid }: { url: string; pid: number } = JSON.parse(said);
  started.push({ child, pid });
  return { child, url, port: Number(new URL(url).port), pid, ended };
}

const serve = (...args: string[]) =>
  running(
    spawn(process.execPath, [program.path, "serve", "--port", "0", "--json", ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );

/** Resolves once nothing listens on a port any more. */
async function refused(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const isRefused = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(false));
      socket.once("error", () => resolve(true));
    });
    socket.destroy();
    if (isRefused) return;
  }
}

const headers = { authorization: "Bearer dodo_test_stop", "content-type": "application/json" };

const post = (url: string, path: string, body: object) =>
  fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });

/** A call that is under way: half of its body has been sent. */
function halfSent({ port }: Running) {
  const body = JSON.stringify({ email: "ada@example.com", name: "Ada" });
  const call = request({
    port,
    host: "127.0.0.1",
    method: "POST",
    path: "/customers",
    headers: { ...headers, "content-length": Buffer.byteLength(body) },
  });
  const answered = once(call, "response");
  answered.catch(() => {}); // cut off where the server does not wait
  call.write(body.slice(0, 10));
  return { answered, finish: () => call.end(body.slice(10)) };
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`CLK-30 ${signal} answers what is under way, and ends in peace`, async () => {
    const server = await serve();
    await fetch(`${server.url}/_sandbox/health`); // and keeps the connection
    const { answered, finish } = halfSent(server);
    await fetch(`${server.url}/_sandbox/health`); // by now the other call has arrived, too
    server.child.kill(signal);
    await refused(server.port);
    finish();
    const [response] = await answered;
    expect(response.statusCode).toBe(200);
    response.resume();
    expect(await server.ended).toBe(0);
  });
}

test("CLK-30 neither a receiver that hangs nor a caller that dawdles holds it up", async () => {
  const receiver = createServer(() => {}).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const { port } = receiver.address() as AddressInfo; // a listening server has one
  const server = await serve(
    ...["--webhook", `http://127.0.0.1:${port}/hooks`, "--webhook-key", "dodo_test_stop"],
    ...["--at", "2026-01-01T00:00:00Z", "--frozen", "--webhook-timeout", "3600"],
  );
  const credit = await (
    await post(server.url, "/credit-entitlements", {
      name: "Tokens",
      unit: "token",
      precision: 0,
      rollover_enabled: false,
      overage_enabled: false,
    })
  ).json();
  const ada = await (
    await post(server.url, "/customers", { email: "ada@example.com", name: "Ada" })
  ).json();
  const isCalled = once(receiver, "request");
  await post(
    server.url,
    `/credit-entitlements/${credit.id}/balances/${ada.customer_id}/ledger-entries`,
    { entry_type: "credit", amount: "1" },
  );
  await isCalled;
  const moved = post(server.url, "/_sandbox/clock/advance", { by: "1d" });
  halfSent(server);
  await fetch(`${server.url}/_sandbox/health`);
  server.child.kill("SIGTERM");
  const answer = await moved;
  expect([answer.status, (await answer.json()).code]).toEqual([409, "WORLD_ENDED"]);
  expect(await server.ended).toBe(0);
  receiver.closeAllConnections();
  receiver.close();
});

test("CLK-30 a second signal ends it at once", async () => {
  const server = await serve();
  halfSent(server);
  await fetch(`${server.url}/_sandbox/health`);
  server.child.kill("SIGTERM");
  await refused(server.port);
  server.child.kill("SIGINT");
  expect(await server.ended).toBe(130);
});

/** A server in a script of npm: below a shell, which alone gets the signal. */
const inScript = (script: string) =>
  running(
    spawn("sh", ["-c", `"${process.execPath}" "${program.path}" serve --port 0 --json; true`], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, npm_lifecycle_event: "npx", npm_lifecycle_script: script },
    }),
  );

test("CLK-31 a server in a script of npm ends with the script", async () => {
  const server = await inScript("drawdown serve");
  server.child.kill("SIGTERM");
  expect(await server.ended).toBe("SIGTERM");
  await refused(server.port);
});

test("CLK-31 one that a script put into the background stays", async () => {
  const server = await inScript("drawdown serve & vite");
  server.child.kill("SIGKILL");
  await server.ended;
  // Longer than it takes to see that the parent has gone.
  for (let call = 0; call < 300; call++) {
    expect((await fetch(`${server.url}/_sandbox/health`)).status).toBe(200);
  }
});
