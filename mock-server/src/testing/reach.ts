import { type Address, exchange, messageOf } from "../client/exchange.js";
import { sandboxAddress } from "../client/sandbox-address.js";
import { startCommand } from "../client/start-command.js";
import type { Fetch } from "../http/call.js";
import { failureCode } from "../http/failure.js";
import { inProcessURL, type Sandbox } from "../sandbox-object.js";

/** A sandbox and the way to it, before any key is known. */
export interface Reached extends Address {
  /** Whether it is known to be closed. */
  readonly isClosed: () => boolean;
  /**
   * Sends it something that needs no key, and makes sure that it was a sandbox that answered.
   *
   * @throws Error that names the address and says how to start a sandbox there
   */
  readonly post: (path: string, body: object) => Promise<Opened>;
}

interface Opened {
  readonly status: number;
  readonly body: { readonly key: string };
}

/** Milliseconds a server has to answer the first request; one that takes longer is none of ours. */
const patienceMs = 5000;

/** @throws TypeError when the target is neither a sandbox nor a URL */
export function reach(target: Sandbox | string | URL): Reached {
  const isAddress = typeof target === "string" || target instanceof URL;
  const baseURL = isAddress ? readAddress(String(target)) : inProcessURL;
  // A function of its own, because the platform's may be replaced between a test's calls.
  const fetch: Fetch = isAddress ? (input, init) => globalThis.fetch(input, init) : target.fetch;
  return {
    fetch,
    baseURL,
    isClosed: () => !isAddress && target.closed,
    async post(path, body) {
      const {
        ok,
        status,
        body: answer,
      } = await exchange({ fetch, baseURL }, { method: "POST", path, body, patienceMs }).catch(
        (error: unknown) => {
          throw new Error(
            `no sandbox answers at ${baseURL} (${failureCode(error)}); ${start(baseURL)}`,
            { cause: error },
          );
        },
      );
      if (ok && isOpened(answer)) return { status, body: answer };
      const refusal = messageOf(answer);
      throw new Error(
        refusal === undefined
          ? `what answers at ${baseURL} is no sandbox: POST ${path} was answered with ${status}; check the address, or ${start(baseURL)}`
          : isAddress
            ? `the sandbox at ${baseURL} refused: ${refusal}`
            : refusal,
      );
    },
  };
}

function readAddress(text: string): string {
  const address = sandboxAddress(text);
  if (address !== undefined) return address;
  throw new TypeError(
    `${JSON.stringify(text)} is no address of a sandbox; give one such as http://127.0.0.1:4010, or a sandbox made by createSandbox()`,
  );
}

const isOpened = (answer: unknown): answer is Opened["body"] =>
  typeof answer === "object" &&
  answer !== null &&
  "key" in answer &&
  typeof answer.key === "string";

const start = (baseURL: string): string => `start one with: npx ${startCommand(baseURL)}`;
