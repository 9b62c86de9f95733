import { expect, test } from "vitest";
import { progressOf } from "#cli/progress.js";

test("a move of the clock is shown in one line", () => {
  const moving = {
    from: "2026-01-01T00:00:00.000000Z",
    to: "2026-01-11T00:00:00.000000Z",
    tasks_run: 12,
  };
  expect(progressOf("2026-01-05T00:00:00.000000Z", moving)).toBe(
    "the clock is at 2026-01-05 on its way to 2026-01-11: 40 %, 12 tasks",
  );
});
