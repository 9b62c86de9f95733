/**
 * Compares the client with the official one, and both with a bare `fetch`, interleaved in one run.
 *
 *   npm run bench -- sdk [--rounds 9] [--only bundle|import|calls|batcher] [--verbose] [--json]
 */
import { parseArgs } from "node:util";
import { measureBatcher } from "./batcher.mjs";
import { measureBundles } from "./bundle.mjs";
import { measureCalls } from "./calls.mjs";
import { measureImports } from "./import.mjs";
import { tableOf } from "./tables.mjs";

const measures = {
  bundle: measureBundles,
  import: measureImports,
  calls: measureCalls,
  batcher: measureBatcher,
};

const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: {
    rounds: { type: "string", default: "9" },
    only: { type: "string" },
    verbose: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  throw new RangeError(`--rounds is ${options.rounds}: write a whole number of 1 or more`);
}
if (options.only !== undefined && !Object.hasOwn(measures, options.only)) {
  throw new RangeError(`--only is ${options.only}: write one of ${Object.keys(measures)}`);
}

const result = {};
for (const [name, measure] of Object.entries(measures)) {
  if (options.only && options.only !== name) continue;
  result[name] = await measure({ rounds });
  if (!options.json) console.log(`${tableOf(name, result[name], options.verbose)}\n`);
}
if (options.json) console.log(JSON.stringify(result, null, 2));
