import { printable } from "./adapters/printable.js";
import { CommandError, UsageError } from "./cli/command-line.js";
import { listen } from "./cli/listen.js";
import { send } from "./cli/send.js";
import { trigger } from "./cli/trigger.js";
import { didYouMean } from "./http/did-you-mean.js";
import { version } from "./version.js";

const help = `drawdown ${version}: an offline sandbox for credit-based billing

  drawdown serve [options]             run a sandbox; also without "serve"
  drawdown trigger EVENT [options]     make a webhook event really occur
  drawdown send [options]              sign any body and send it to an endpoint
  drawdown listen [options]            show deliveries as they happen

  drawdown help [COMMAND]              this, or the options of another command
  drawdown version

All but serve talk to a running sandbox:
  --url URL    where it listens                 (http://127.0.0.1:4010)
  --key KEY    bearer token, which is a world   (dodo_test_cli)
  --json       answer as JSON`;

/** Loads the sandbox itself, which no other command needs to wait for. */
const serve = async (args: readonly string[]) => (await import("./cli/serve.js")).serve(args);

const commands: { readonly [name: string]: (args: readonly string[]) => Promise<void> } = {
  serve,
  trigger,
  send,
  listen,
};

/**
 * Runs a command line, without the program's own name. A mistake in it ends with status 2; a sandbox that refuses or
 * does not answer, with 1. `serve` returns once the server listens.
 */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await execute(args);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(`drawdown: ${printable(error.message)}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

async function execute(args: readonly string[]): Promise<void> {
  const [first = "serve", ...rest] = args;
  if (first === "version" || first === "--version") return console.log(version);
  if (first === "help" || first === "--help" || first === "-h") {
    if (rest[0] !== undefined) return commandOf(rest[0])(["--help"]);
    // Options without a command are those of serve.
    return console.log(`${help}\n\n${(await import("./cli/serve.js")).help}`);
  }
  return first.startsWith("-") ? serve(args) : commandOf(first)(rest);
}

function commandOf(name: string) {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) return command;
  const known = [...Object.keys(commands), "help", "version"];
  throw new UsageError(
    `unknown command "${name}"${didYouMean(name, known, '"')}; the ones there are: ${known.join(", ")}`,
  );
}
