import { messageOf } from "../adapters/control.js";
import type { Fetch } from "../adapters/fetch.js";
import { inProcessURL } from "../adapters/in-process.js";
import { reasonOf, startCommand } from "../adapters/unreachable.js";
import type { Sandbox } from "../create-sandbox.js";

/** A sandbox and the way to it, before any key is known. */
export interface Reached {
  readonly fetch: Fetch;
  /** Without a slash at the end. */
  readonly baseURL: string;
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
const answerMs = 5000;

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
      const response = await fetch(`${baseURL}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(answerMs),
      }).catch((error: unknown) => {
        throw new Error(
          `no sandbox answers at ${baseURL} (${reasonOf(error)}); ${start(baseURL)}`,
          {
            cause: error,
          },
        );
      });
      const answer = await response.json().catch(() => undefined);
      if (response.ok && isOpened(answer)) return { status: response.status, body: answer };
      const refusal = messageOf(answer);
      throw new Error(
        refusal === undefined
          ? `what answers at ${baseURL} is no sandbox: POST ${path} was answered with ${response.status}; check the address, or ${start(baseURL)}`
          : isAddress
            ? `the sandbox at ${baseURL} refused: ${refusal}`
            : refusal,
      );
    },
  };
}

function readAddress(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text.replace(/\/+$/, "");
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
