import Drawdown from "@drawdown/sdk";
import DodoPayments, { type ClientOptions } from "dodopayments";
import { vi } from "vitest";
import { answeredBy } from "../harness/clients.js";
import { type Answer, type Recorded, record } from "./recorder.js";

/** Something that both clients are made to do. */
export interface Doing {
  /** What the server answers; one success with an empty object unless said otherwise. */
  readonly answers?: readonly Answer[];
  /** Of the constructor, besides the ones that make it talk to the recording server. */
  readonly options?: ClientOptions;
  /** Environment variables; none of the clients' are set otherwise. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The official client's own calls, letter for letter: that they fit is what a drop-in promises. */
  readonly call: (client: DodoPayments) => unknown;
}

/** What came of it. */
export interface Observed {
  readonly requests: readonly Recorded[];
  /** What the call resolved with. */
  readonly value?: unknown;
  /** What it rejected with. */
  readonly error?: Readonly<Record<string, unknown>>;
  /** The levels that something was logged at. */
  readonly logged: readonly string[];
}

export const clients = {
  official: DodoPayments,
  // Ours takes the same options and has the same methods, as far as the calls here go.
  ours: Drawdown as unknown as typeof DodoPayments,
} as const;

/** Has a client do it, on a clock on which waiting takes no time and without chance. */
export async function observe(
  Client: typeof DodoPayments,
  { answers = [{ body: {} }], options = {}, environment = {}, call }: Doing,
): Promise<Observed> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: Date.UTC(2026, 0, 1) });
  vi.spyOn(Math, "random").mockReturnValue(0);
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const server = record(answers);
  vi.stubGlobal("fetch", server.fetch);
  const logged = new Set<string>();
  const tell = (level: string) => () => void logged.add(level);
  const logger = {
    error: tell("error"),
    warn: tell("warn"),
    info: tell("info"),
    debug: tell("debug"),
  };
  const settled = settle(async () => {
    const client = new Client({
      bearerToken: "dodo_test_parity",
      baseURL: "http://api.test",
      fetch: server.fetch,
      logger,
      ...options,
    });
    return await call(client);
  }, Client);
  try {
    await vi.runAllTimersAsync();
    const outcome = await settled;
    return { requests: server.requests.map(withoutChance), ...outcome, logged: [...logged].sort() };
  } finally {
    vi.useRealTimers();
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  }
}

async function settle(
  run: () => Promise<unknown>,
  Client: typeof DodoPayments,
): Promise<Pick<Observed, "value" | "error">> {
  try {
    return { value: answeredBy(await run()) };
  } catch (error) {
    return { error: described(error, Client) };
  }
}

function described(error: unknown, Client: typeof DodoPayments): Record<string, unknown> {
  if (!(error instanceof Client.DodoPaymentsError)) return { thrown: String(error) };
  const common = { class: error.constructor.name, message: error.message };
  if (!(error instanceof Client.APIError)) return common;
  const { status, headers } = error;
  return {
    ...common,
    status,
    error: error.error,
    headers: headers && Object.fromEntries(headers),
    hasCause: error.cause !== undefined,
  };
}

/** Keys that a client makes up are told from others by their form. */
const withoutChance = (request: Recorded): Recorded =>
  JSON.parse(
    JSON.stringify(request).replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, "(made up)"),
  );
