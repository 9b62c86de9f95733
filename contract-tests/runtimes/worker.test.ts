import { EdgeVM } from "@edge-runtime/vm";
import { beforeAll, describe, expect, test } from "vitest";
import { bundle } from "./bundle.js";
import { outcome, serve } from "./outcome.js";

/** The built client where there is nothing but the standards of the web, as at the edge. */

let url: string;

beforeAll(async () => {
  url = await serve();
});

describe("a worker", () => {
  test("has nothing of Node", () => {
    const vm = new EdgeVM();
    const globals = ["process", "Buffer", "require", "module", "global", "setImmediate"];
    expect(globals.map((it) => vm.evaluate(`typeof ${it}`))).toEqual(
      globals.map(() => "undefined"),
    );
  });

  test("runs the client from a bundle", async () => {
    const vm = new EdgeVM();
    vm.evaluate(await bundle({ conditions: ["worker", "browser"] }));
    const options = JSON.stringify({ baseURL: url, bearerToken: "dodo_test_worker" });
    // As text, since its objects have other prototypes than ours.
    const text = await vm.evaluate(`program.run(${options}).then(JSON.stringify)`);
    expect(JSON.parse(text)).toEqual(outcome);
  });
});
