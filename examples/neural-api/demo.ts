import { parseArgs } from "node:util";
import { printStatement, printStep } from "./stage/print.js";
import { openStage } from "./stage/stage.js";
import { statementOf } from "./stage/statement.js";
import { play, type Step } from "./stage/story.js";

/** Plays six weeks of NeuralAPI and prints what came of them, as JSON with `--json`. */

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });

const stage = await openStage({ at: "2026-01-01T09:00:00Z", frozen: true });
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void stage.close().finally(() => process.exit(1)));
}
try {
  const steps: Step[] = [];
  const customers = await play(stage, (step) => {
    steps.push(step);
    if (!values.json) printStep(step);
  });
  const statements = await Promise.all(customers.map((it) => statementOf(stage, it)));
  const audit = await stage.control<{ entries: number; differences: string[] }>("GET", "/audit");
  if (values.json) {
    console.log(JSON.stringify({ steps, statements, audit }, null, 2));
  } else {
    for (const statement of statements) printStatement(statement);
    console.log(
      `\n${audit.entries} entries added up again, ${audit.differences.length} differences`,
    );
  }
} finally {
  await stage.close();
}
