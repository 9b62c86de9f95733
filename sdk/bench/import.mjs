import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { consumer } from "./packages.mjs";
import { compare, inTurns } from "./rounds.mjs";

/** Processes a median is made of, at least: one process is a matter of luck. */
const processesMin = 15;

const specifiers = ["dodopayments", "@drawdown/sdk"];

const forms = {
  ESM: {
    type: "module",
    code: (name) => `const began = performance.now();
await import("${name}");
process.stdout.write(String(performance.now() - began));`,
  },
  CJS: {
    type: "commonjs",
    code: (name) => `const began = performance.now();
require("${name}");
process.stdout.write(String(performance.now() - began));`,
  },
};

/** Milliseconds from asking for the module until it is there, in a process that has done nothing else. */
export async function measureImports({ rounds }) {
  const result = {};
  for (const [form, { type, code }] of Object.entries(forms)) {
    const contestants = Object.fromEntries(
      specifiers.map((name) => [name, () => milliseconds(type, code(name))]),
    );
    await inTurns(contestants, 1); // the files are in memory afterwards
    const found = await inTurns(contestants, Math.max(processesMin, rounds));
    result[form] = compare(found, "dodopayments", 1);
  }
  return result;
}

async function milliseconds(type, code) {
  const args = [`--input-type=${type}`, "--eval", code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: consumer });
  return Number(stdout);
}
