import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { finish, serve } from "./support/programs.js";
import { commandsOf, shownBy } from "./support/readme.js";

/** Python is no dependency of the project, so a machine may be without it; one that judges changes may not. */
const isMissing = spawnSync("python3", ["--version"]).status !== 0;

const reason = isMissing ? " (there is no python3 here)" : "";

test.skipIf(isMissing && !process.env["CI"])(
  `examples/python-client prints what its README shows${reason}`,
  async () => {
    const [, program] = commandsOf("python-client");
    if (program === undefined) throw new Error("the README does not run the program");
    const said = await finish(program, { DRAWDOWN_URL: await serve() });
    expect(said).toMatch(shownBy("python-client"));
  },
);
