import type { SandboxOptions } from "@drawdown/mock-server";
import { test } from "vitest";
import { type Client, official, ours, plainHttp } from "./clients.js";
import { inProcess, overExpress, overMsw, type Transport } from "./transports.js";
import { start, World } from "./world.js";

interface Way {
  readonly transport: Transport;
  readonly client: Client;
}

const direct: readonly Way[] = [
  { transport: inProcess, client: plainHttp },
  { transport: overExpress, client: plainHttp },
];

const plain: readonly Way[] = [...direct, { transport: overMsw, client: plainHttp }];

const every: readonly Way[] = [
  ...plain,
  { transport: inProcess, client: official },
  { transport: overExpress, client: official },
  { transport: inProcess, client: ours },
];

type Body = (world: World) => Promise<void>;

/**
 * A documented behaviour, run over every transport through every client.
 *
 * @param name the rule's id, then what it says: `LED-04 a debit draws from the oldest grant first`
 */
export const scenario = (name: string, body: Body, options: SandboxOptions = {}): void =>
  runOver(every, name, body, options);

/** The same for behaviours that no client library can show: malformed requests, raw headers. */
export const httpScenario = (name: string, body: Body, options: SandboxOptions = {}): void =>
  runOver(plain, name, body, options);

/** The same for requests that our client refuses to send, as they cannot succeed: an amount that is a number. */
export const unguardedScenario = (name: string, body: Body, options: SandboxOptions = {}): void =>
  runOver(
    every.filter((it) => it.client !== ours),
    name,
    body,
    options,
  );

/** The same for what the sandbox sends. MSW sees that, too, takes its time, and has no part in it. */
export const deliveryScenario = (name: string, body: Body, options: SandboxOptions = {}): void =>
  runOver(direct, name, body, options);

function runOver(ways: readonly Way[], name: string, body: Body, options: SandboxOptions): void {
  for (const { transport, client } of ways) {
    test(`${name} [${transport.name}, ${client.name}]`, async () => {
      const opened = await transport.open({ at: start, frozen: true, ...options });
      const key = options.keys?.[0] ?? "dodo_test_scenario";
      await body(new World(key, opened, client.connect(opened, key)));
    });
  }
}
