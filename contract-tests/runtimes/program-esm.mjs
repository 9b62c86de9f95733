// node program-esm.mjs URL: runs the program with the packages as modules, and prints what came of it.
import * as sdk from "@drawdown/sdk";
import * as amount from "@drawdown/sdk/amount";
import * as legacy from "@drawdown/sdk/legacy";
import * as sandbox from "@drawdown/sdk/sandbox";
import { run } from "./program.mjs";

const options = { baseURL: process.argv[2], bearerToken: "dodo_test_esm" };
console.log(JSON.stringify(await run({ sdk, amount, legacy, sandbox }, options)));
