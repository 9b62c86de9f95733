import { expect } from "vitest";
import { chromiumTest } from "../harness/browser-test.js";
import { finish } from "./support/programs.js";
import { commandsOf } from "./support/readme.js";

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

chromiumTest("examples/react-msw: its own tests pass in a browser", async (path) => {
  const command = commandsOf("react-msw").at(-1);
  if (command === undefined) throw new Error("the README has no command");
  const args = [...command.args, "--reporter=json"];
  const printed = await finish({ ...command, args }, { CHROMIUM_PATH: path });
  const { testResults }: Report = JSON.parse(printed.slice(printed.indexOf("{")));
  const results = testResults.flatMap((it) => it.assertionResults);
  expect(results.map((it) => `${it.status}: ${it.title}`)).toEqual([
    "passed: shows what is left after spending",
    "passed: says when credits run low",
    "passed: shows none once the month is over",
    "passed: shows overage in red",
    "passed: tops up, and shows it when the customer is back",
    "passed: says so when the billing service is down, and recovers",
  ]);
});
