import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { freePort, plainEnvironment, whenOver } from "./support/programs.js";
import { root } from "./support/readme.js";

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly "working-directory"?: string;
}

/** The workflow's steps, as far as they run commands. */
function stepsOf(workflow: string): readonly Step[] {
  const { jobs } = parse(readFileSync(join(root, workflow), "utf8"));
  return jobs["contract-check"].steps.filter((it: Step) => it.run !== undefined);
}

/** Runs a step as a runner does: a shell that stops at the first failure, whose background processes stay. */
async function runStep({ run = "", ...step }: Step, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn("sh", ["-e", "-c", run], {
    cwd: join(root, step["working-directory"] ?? "."),
    env: { ...plainEnvironment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a group of its own, to be ended as one
  });
  const group = child.pid;
  whenOver(() => {
    try {
      if (group !== undefined) process.kill(-group);
    } catch {
      // Nothing of it is left.
    }
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      said += chunk;
    });
  }
  const [status] = await once(child, "exit");
  if (status !== 0) throw new Error(`"${step.name}" ended with status ${status}:\n${said}`);
  return said;
}

// Runners of GitHub's are Linux; a machine with Windows has no sh.
test.skipIf(process.platform === "win32")(
  "examples/ci-contract-check: the workflow's commands run as written",
  async () => {
    const env = { SANDBOX_PORT: String(await freePort()), PRISM_PORT: String(await freePort()) };
    const steps = stepsOf("examples/ci-contract-check/contract-check.yml");
    expect(steps.map((it) => it.name)).toEqual([
      "Install, build and start a sandbox",
      "Put a validator in front of it",
      "Make the application's calls",
    ]);
    for (const step of steps) await runStep(step, env);
  },
  240_000,
);
