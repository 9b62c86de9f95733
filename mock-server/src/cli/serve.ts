import type { components } from "@drawdown/spec/dodo";
import { type ListenOptions, listen } from "../adapters/listen.js";
import { warningPrinter } from "../adapters/print-warnings.js";
import { printable } from "../adapters/printable.js";
import { createSandbox } from "../create-sandbox.js";
import { isSecret } from "../dialects/dodo/webhooks/secret.js";
import { hostnameOf } from "../http/boundary.js";
import { isLoopback } from "../http/loopback.js";
import type { TierNumber } from "../http/rate-limit.js";
import { callableAddress } from "../http/web-address.js";
import type { Sandbox } from "../sandbox-object.js";
import { policyFrom, type SandboxOptions } from "../sandbox-options.js";
import { version } from "../version.js";
import { defaultKey } from "./client.js";
import {
  CommandError,
  noAddress,
  noMore,
  parse,
  styled,
  UsageError,
  wholeNumber,
} from "./command-line.js";
import { stopOnSignals, stopWithScript } from "./stop.js";

/** What `--help` says of it. */
export const help = `drawdown serve [options]: run a sandbox until it is stopped

  --port N          port to listen on, 0 for any free one     (4010)
  --host ADDRESS    address to bind to                        (127.0.0.1)
  --allow-host NAME answer under this host, too; may be repeated
                                                              (loopback and --host)
  --allow-origin ORIGIN
                    let pages of this origin call all of it, the control API
                    too; may be repeated                      (pages on loopback
                                                              call the vendor's API)
  --at INSTANT      where every clock starts, such as 2026-01-01T00:00:00Z
                                                              (the machine's time)
  --frozen          clocks stand still until they are moved
  --seed TEXT       decides every id                          (drawdown)
  --strict          refuse unknown fields and query parameters
  --key KEY         accept this key only; may be repeated     (any key)
  --meter-delay N   seconds between passes of the meter worker, 0 to
                    deduct usage at once                      (60)
  --policy WHAT     answer as a profile does (documented, observed), or set a
                    switch (consumptionOrder=earliest_expiry); may be
                    repeated                                  (documented)
  --tier 0|1|2      enforce the request limits of this tier   (none)
  --body-limit N    bytes a request body may have             (10485760)

  --webhook URL[,SECRET]
                    send events there; may be repeated. The secret is
                    whsec_ and base64                         (made up, and said)
                    An address on another machine needs
                    --allow-remote-webhooks
  --webhook-key KEY whose events: an endpoint belongs to a key
                                                              (the first --key, or ${defaultKey})
  --webhook-timeout SECONDS
                    how long a receiver may take              (15)
  --allow-remote-webhooks
                    contact receivers on other machines, too

  --json            say where it listens as JSON`;

const options = {
  port: { type: "string", default: "4010" },
  host: { type: "string", default: "127.0.0.1" },
  "allow-host": { type: "string", multiple: true },
  "allow-origin": { type: "string", multiple: true },
  at: { type: "string" },
  frozen: { type: "boolean", default: false },
  seed: { type: "string" },
  strict: { type: "boolean", default: false },
  key: { type: "string", multiple: true },
  policy: { type: "string", multiple: true },
  tier: { type: "string" },
  "meter-delay": { type: "string" },
  "body-limit": { type: "string" },
  webhook: { type: "string", multiple: true },
  "webhook-key": { type: "string" },
  "webhook-timeout": { type: "string" },
  "allow-remote-webhooks": { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

type Values = ReturnType<typeof parse<typeof options>>["values"];

/** Serves a new sandbox until SIGINT or SIGTERM. Returns once it listens. */
export async function serve(args: readonly string[]): Promise<void> {
  const { values, positionals } = parse("serve", args, options);
  if (values.help) return console.log(help);
  noMore("serve", positionals);
  const webhookKey = webhookKeyOf(values);
  const sandbox = makeSandbox(sandboxOptions(values, webhookKey));
  const endpoints =
    values.webhook === undefined ? [] : await readEndpoints(sandbox, webhookKey, values.webhook);
  const port = wholeNumber("--port", values.port, 0, 65_535);
  const { url, server } = await listen(sandbox, listenOptions(values, port)).catch((error) => {
    throw new UsageError(unavailable(error, values.host, port));
  });
  if (!isLoopback(hostnameOf(new URL(url).host) ?? "")) warnOfOthers(values, url);
  stopOnSignals(server, sandbox);
  stopWithScript();
  console.log(
    values.json
      ? JSON.stringify({ url, version, pid: process.pid, webhooks: endpoints })
      : [`Drawdown listens on ${url} (${hint})`, ...endpoints.map(describe)].join("\n"),
  );
}

const listenOptions = (values: Values, port: number): ListenOptions => ({
  port,
  host: values.host,
  allowHosts: values["allow-host"] ?? [],
  allowOrigins: values["allow-origin"] ?? [],
});

/** @rule BND-13 says loudly what it means that other machines can call */
function warnOfOthers({ host }: Values, url: string): void {
  console.error(
    styled(
      ["bold", "red"],
      `drawdown: --host ${host} lets every machine that reaches ${url} in, not this one alone.`,
    ),
  );
  console.error(
    "Whoever calls may read, change and wipe what any key holds here (any text is a key unless --key names those\n" +
      "there are), and have it send webhooks to programs on this machine and read what they answer. Leave --host\n" +
      "out, or let a firewall choose who calls. Calls under a name need --allow-host NAME.",
  );
}

const hint = "any bearer token is its own world; open the address in a browser for help";

function sandboxOptions(values: Values, webhookKey: string): SandboxOptions {
  return {
    frozen: values.frozen,
    strict: values.strict,
    allowRemoteWebhooks: values["allow-remote-webhooks"],
    webhooks: (values.webhook ?? []).map((it) => ({
      key: webhookKey,
      ...reachable(endpointOf(it), values["allow-remote-webhooks"]),
    })),
    onWarning: warningPrinter((line) => console.error(`drawdown: ${printable(line)}`)),
    ...(values.at === undefined ? {} : { at: values.at }),
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values.key === undefined ? {} : { keys: values.key }),
    ...(values.policy === undefined ? {} : { policy: policyFrom(values.policy) }),
    ...(values.tier === undefined
      ? {}
      : { tier: wholeNumber("--tier", values.tier, 0, 2) as TierNumber }), // 0, 1 or 2
    ...counted("meterDelaySeconds", "--meter-delay", values["meter-delay"], 0, 86_400),
    ...counted("bodyBytesMax", "--body-limit", values["body-limit"], 1, 2 ** 30),
    ...counted("webhookTimeoutSeconds", "--webhook-timeout", values["webhook-timeout"], 1, 3600),
  };
}

/** A numeric option under its name in the sandbox, or nothing when it was left out. */
const counted = <Name extends string>(
  name: Name,
  option: string,
  text: string | undefined,
  min: number,
  max: number,
): { readonly [It in Name]?: number } =>
  // A computed key is typed as any string.
  text === undefined
    ? {}
    : ({ [name]: wholeNumber(option, text, min, max) } as { [It in Name]: number });

function makeSandbox(wanted: SandboxOptions): Sandbox {
  try {
    return createSandbox(wanted);
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(inFlags(error.message));
    throw error;
  }
}

/** A refusal of an option with the names of flags for those of options. */
const inFlags = (message: string): string =>
  message
    .replaceAll(/`(allow(?:Host|Origin))s`/g, "`$1`")
    .replaceAll(
      /`(\w+)`/g,
      (_, name: string) => `--${name.replaceAll(/[A-Z]/g, "-$&").toLowerCase()}`,
    );

function webhookKeyOf(values: Values): string {
  const key = values["webhook-key"] ?? values.key?.[0] ?? defaultKey;
  if (values.key === undefined || values.key.includes(key)) return key;
  throw new UsageError(
    `--webhook-key is "${key}", a key that is not accepted; name it with --key, too`,
  );
}

/** `URL[,SECRET]` taken apart at its last comma; one inside the URL is written %2C. */
function endpointOf(text: string): { readonly url: string; readonly secret?: string } {
  const comma = text.lastIndexOf(",");
  const url = comma === -1 ? text : text.slice(0, comma);
  if (!callableAddress(url)) throw noAddress("--webhook", url);
  if (comma === -1) return { url };
  const secret = text.slice(comma + 1);
  if (isSecret(secret)) return { url, secret };
  throw new UsageError(
    `--webhook ${url} has the secret "${secret}" but must have whsec_ and the base64 of at least 12 bytes`,
  );
}

/** Refuses an endpoint that nothing would ever be sent to. */
function reachable<Given extends { readonly url: string }>(
  it: Given,
  allowsRemote: boolean,
): Given {
  if (allowsRemote || isLoopback(new URL(it.url).hostname)) return it;
  throw new UsageError(
    `--webhook ${it.url} is not on this machine, and nothing would be sent there; add --allow-remote-webhooks to allow it`,
  );
}

interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly key: string;
  readonly secret: string;
}

/** The endpoints of a new sandbox with their secrets, in the order they were given. */
async function readEndpoints(
  sandbox: Sandbox,
  key: string,
  given: readonly string[],
): Promise<readonly Endpoint[]> {
  const read = async <Name extends keyof Schemas>(path: string): Promise<Schemas[Name]> => {
    const headers = { authorization: `Bearer ${key}` };
    const response = await sandbox.fetch(new Request(`http://sandbox${path}`, { headers }));
    if (!response.ok) throw new CommandError(`--webhook: ${await response.text()}`);
    return response.json();
  };
  const { data } = await read<"ListWebhooksResponse">("/webhooks?limit=250");
  const urls = given.map((it) => endpointOf(it).url);
  const inOrder = data.toSorted((one, other) => urls.indexOf(one.url) - urls.indexOf(other.url));
  return Promise.all(
    inOrder.map(async ({ id, url }) => {
      const { secret } = await read<"GetWebhookSecretResponse">(`/webhooks/${id}/secret`);
      return { id, url, key, secret };
    }),
  );
}

type Schemas = components["schemas"];

const describe = ({ id, url, key, secret }: Endpoint): string =>
  `Events of ${key} go to ${url} (${id}), signed with ${styled("bold", secret)}`;

function unavailable(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error instanceof TypeError) return inFlags(error.message);
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
