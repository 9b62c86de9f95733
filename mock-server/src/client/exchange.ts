import type { Fetch } from "../http/call.js";

/** A sandbox, and the way to it. */
export interface Address {
  readonly fetch: Fetch;
  /** Without a slash at the end. */
  readonly baseURL: string;
}

/** One request of the vendor's API or the control API. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  /** The tenant it is for; left out where no key is needed. */
  readonly key?: string;
  readonly body?: unknown;
  /** Milliseconds it may take. Default: any. */
  readonly patienceMs?: number;
}

/** What came back, read to its end. */
export interface Answered {
  readonly ok: boolean;
  readonly status: number;
  /** As it arrived; undefined when it broke off. */
  readonly text: string | undefined;
  /** What the text says: null for none, undefined for one that is no JSON. */
  readonly body: unknown;
}

/**
 * Sends a sandbox one request and reads the answer.
 *
 * @throws whatever `fetch` rejects with when nothing answers
 */
export async function exchange({ fetch, baseURL }: Address, asked: Asked): Promise<Answered> {
  const { method, path, key, body, patienceMs } = asked;
  const response = await fetch(`${baseURL}${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(patienceMs === undefined ? {} : { signal: AbortSignal.timeout(patienceMs) }),
  });
  const text = await response.text().catch(() => undefined);
  return { ok: response.ok, status: response.status, text, body: decoded(text) };
}

function decoded(text: string | undefined): unknown {
  if (text === "") return null;
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a refusal says, if it is one of a sandbox. */
export const messageOf = (answer: unknown): string | undefined =>
  typeof answer === "object" && answer !== null && "code" in answer && "message" in answer
    ? String(answer.message)
    : undefined;
