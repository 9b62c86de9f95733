import { sandboxAddress } from "../client/sandbox-address.js";
import { isLoopback } from "../http/loopback.js";
import { callableAddress } from "../http/web-address.js";
import { policyFrom, type SandboxOptions } from "../sandbox-options.js";

/** What environment variables ask for: the address of a running sandbox, or what one in this process is made with. */
export type RedirectSettings =
  | { readonly url: string }
  | { readonly url: null; readonly options: SandboxOptions };

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that make the sandbox of this process, by what they decide. */
const names = {
  at: "DRAWDOWN_AT",
  frozen: "DRAWDOWN_FROZEN",
  seed: "DRAWDOWN_SEED",
  policy: "DRAWDOWN_POLICY",
  webhooks: "DRAWDOWN_WEBHOOK",
} as const;

/**
 * Reads the variables that start with `DRAWDOWN_`. An empty one counts as left out.
 *
 * @throws TypeError when one of them makes no sense; the message names it, its value and what it must be
 */
export function readSettings(environment: Environment): RedirectSettings {
  const read = (name: string): string | undefined => environment[name] || undefined;
  const url = read("DRAWDOWN_URL");
  if (url === undefined) return { url: null, options: readOptions(read) };
  const idle = Object.values(names).find((it) => read(it) !== undefined);
  if (idle !== undefined) {
    throw new TypeError(
      `${idle} is for a sandbox in this process, but DRAWDOWN_URL names a running one; unset either`,
    );
  }
  const address = sandboxAddress(url);
  if (address === undefined) throw noAddress("DRAWDOWN_URL", url);
  return { url: address };
}

type Read = (name: string) => string | undefined;

function readOptions(read: Read): SandboxOptions {
  const { at, seed, policy, webhooks } = {
    at: read(names.at),
    seed: read(names.seed),
    policy: read(names.policy),
    webhooks: read(names.webhooks),
  };
  return {
    frozen: readTruth(names.frozen, read(names.frozen)),
    ...(at === undefined ? {} : { at }),
    ...(seed === undefined ? {} : { seed }),
    ...(policy === undefined ? {} : { policy: policyFrom(policy.split(",")) }),
    ...(webhooks === undefined ? {} : { webhooks: [webhookOf(webhooks, read)] }),
  };
}

/** A refusal of `createSandbox` with the names of variables for those of options. */
export const inVariables = (message: string): string =>
  message.replaceAll(/`(at|policy|webhooks)`/g, (_, option: keyof typeof names) => names[option]);

function readTruth(name: string, value: string | undefined): boolean {
  if (value === undefined || value === "0" || value === "false") return false;
  if (value === "1" || value === "true") return true;
  throw new TypeError(`${name} is "${value}" but must be 1 or 0`);
}

/** An endpoint belongs to a key and signs with a secret: those that the official client reads from its own variables. */
function webhookOf(text: string, read: Read) {
  const key = read("DODO_PAYMENTS_API_KEY");
  const secret = read("DODO_PAYMENTS_WEBHOOK_KEY");
  if (key === undefined || secret === undefined) {
    throw new TypeError(
      `${names.webhooks} needs DODO_PAYMENTS_API_KEY, whose events are sent, and DODO_PAYMENTS_WEBHOOK_KEY, which signs them, before the application starts; \`node --env-file=.env\` reads them in time`,
    );
  }
  const url = callableAddress(text);
  if (!url) throw noAddress(names.webhooks, text);
  if (isLoopback(url.hostname)) return { key, url: text, secret };
  throw new TypeError(
    `${names.webhooks} is "${text}", which is not on this machine; for that start a sandbox with --allow-remote-webhooks and name it with DRAWDOWN_URL`,
  );
}

const noAddress = (name: string, text: string): TypeError =>
  new TypeError(
    `${name} is "${text}" but must be an http or https address such as http://127.0.0.1:4010`,
  );
