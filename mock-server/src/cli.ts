import { parseArgs } from "node:util";
import { listen } from "./adapters/listen.js";
import { createSandbox, type SandboxOptions } from "./create-sandbox.js";
import type { TierNumber } from "./http/rate-limit.js";
import { version } from "./version.js";

const help = `drawdown ${version}: an offline sandbox for credit-based billing

  drawdown serve [options]

  --port N          port to listen on, 0 for any free one     (4010)
  --host ADDRESS    address to bind to                        (127.0.0.1)
  --at INSTANT      where every clock starts, such as 2026-01-01T00:00:00Z
                                                              (the machine's time)
  --frozen          clocks stand still until they are moved
  --seed TEXT       decides every id                          (drawdown)
  --strict          refuse unknown body fields instead of warning
  --key KEY         accept this key only; may be repeated     (any key)
  --meter-delay N   seconds between passes of the meter worker, 0 to
                    deduct usage at once                      (60)
  --policy WHAT     answer as a profile does (documented, observed), or set a
                    switch (consumptionOrder=earliest_expiry); may be
                    repeated                                  (documented)
  --tier 0|1|2      enforce the request limits of this tier   (none)
  --body-limit N    bytes a request body may have             (10485760)
  --json            say where it listens as JSON
  --help, --version
`;

const options = {
  port: { type: "string", default: "4010" },
  host: { type: "string", default: "127.0.0.1" },
  at: { type: "string" },
  frozen: { type: "boolean", default: false },
  seed: { type: "string" },
  strict: { type: "boolean", default: false },
  key: { type: "string", multiple: true },
  policy: { type: "string", multiple: true },
  tier: { type: "string" },
  "meter-delay": { type: "string" },
  "body-limit": { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
  version: { type: "boolean", default: false },
} as const;

/** A command line that makes no sense; the message says what to write instead. */
class UsageError extends Error {}

/** Runs a command line, without the program's own name. Returns once the server listens. */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await execute(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`drawdown: ${error.message}`);
    process.exitCode = 2;
  }
}

async function execute(args: readonly string[]): Promise<void> {
  const { values, positionals } = parse(args);
  if (values.help) return console.log(help);
  if (values.version) return console.log(version);
  const [command = "serve", ...rest] = positionals;
  if (command !== "serve" || rest.length > 0) {
    throw new UsageError(`unknown command "${positionals.join(" ")}"; the one there is: serve`);
  }
  const sandbox = makeSandbox({
    frozen: values.frozen,
    strict: values.strict,
    ...(values.at === undefined ? {} : { at: values.at }),
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values.key === undefined ? {} : { keys: values.key }),
    ...(values.policy === undefined ? {} : { policy: policyOf(values.policy) }),
    ...(values.tier === undefined
      ? {}
      : { tier: wholeNumber("--tier", values.tier, 0, 2) as TierNumber }), // 0, 1 or 2
    ...(values["meter-delay"] === undefined
      ? {}
      : { meterDelaySeconds: wholeNumber("--meter-delay", values["meter-delay"], 0, 86_400) }),
    ...(values["body-limit"] === undefined
      ? {}
      : { bodyBytesMax: wholeNumber("--body-limit", values["body-limit"], 1, 2 ** 30) }),
  });
  const port = wholeNumber("--port", values.port, 0, 65_535);
  const { url, server } = await listen(sandbox, { port, host: values.host }).catch((error) => {
    throw new UsageError(unavailable(error, values.host, port));
  });
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  console.log(
    values.json
      ? JSON.stringify({ url, version, pid: process.pid })
      : `Drawdown listens on ${url} (any bearer token is its own world; open the address in a browser for help)`,
  );
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new UsageError(`${reason}; see drawdown --help`);
  }
}

function makeSandbox(sandboxOptions: SandboxOptions) {
  try {
    return createSandbox(sandboxOptions);
  } catch (error) {
    if (error instanceof TypeError)
      throw new UsageError(error.message.replaceAll(/`(\w+)`/g, "--$1"));
    throw error;
  }
}

/** Profiles and `switch=value` as they were given, later ones over earlier ones. */
const policyOf = (given: readonly string[]): NonNullable<SandboxOptions["policy"]> =>
  Object.fromEntries(
    given.map((it) => {
      const [name = "", value] = it.split("=", 2);
      return value === undefined ? ["profile", name] : [name, value];
    }),
  );

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${name} is "${text}" but must be a whole number from ${min} to ${max}`);
}

function unavailable(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `port ${port} on ${host} is in use; stop what listens there, or choose another with --port (0 takes any free one)`;
    case "EACCES":
      return `port ${port} on ${host} needs more rights; choose one above 1023 with --port`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `--host is "${host}", which is not an address of this machine; 127.0.0.1 always is`;
    default:
      return `cannot listen on ${host} port ${port}: ${error.message}`;
  }
}
