#!/usr/bin/env node
// Read by every release of Node there is: what is loaded afterwards has syntax and imports that an older one lacks.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major > 20 || (major === 20 && minor >= 19)) {
  const { run } = await import("../dist/cli.js");
  await run(process.argv.slice(2));
} else {
  console.error(
    `drawdown: Node ${process.versions.node} is too old; 20.19 or newer is needed, see https://nodejs.org`,
  );
  process.exitCode = 1;
}
