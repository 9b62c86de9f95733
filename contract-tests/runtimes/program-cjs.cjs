// node program-cjs.cjs URL: runs the program with the packages as CommonJS, and prints what came of it.
const sdk = require("@drawdown/sdk");
const amount = require("@drawdown/sdk/amount");
const legacy = require("@drawdown/sdk/legacy");
const sandbox = require("@drawdown/sdk/sandbox");

const options = { baseURL: process.argv[2], bearerToken: "dodo_test_cjs" };
import("./program.mjs")
  .then(({ run }) => run({ sdk, amount, legacy, sandbox }, options))
  .then((outcome) => console.log(JSON.stringify(outcome)));
