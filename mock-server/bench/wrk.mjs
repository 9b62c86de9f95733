// Load by wrk, the one thing here that npm cannot install.
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export function requireWrk() {
  if (spawnSync("wrk", ["-v"]).error) {
    throw new Error("wrk is needed to make load: apt-get install wrk, or brew install wrk");
  }
}

const folder = mkdtempSync(join(tmpdir(), "drawdown-bench-"));
let scripts = 0;

/**
 * Sends requests for some seconds.
 *
 * @param body a template: every `@` in it becomes a text that no other request has
 * @returns requests per second, 99th percentile in ms, and how many answers were not 2xx
 */
export async function load({ url, method = "GET", headers = {}, body = "", connections, seconds }) {
  const script = join(folder, `${scripts++}.lua`);
  writeFileSync(script, lua({ method, headers, body }));
  const { stdout } = await promisify(execFile)("wrk", [
    "-t1",
    `-c${connections}`,
    `-d${seconds}s`,
    "--timeout",
    "10s",
    "-s",
    script,
    url,
  ]);
  const [, requests, micros, p99, bad] = /R (\d+) (\d+) ([\d.]+) (\d+)/.exec(stdout).map(Number);
  return { perSecond: requests / (micros / 1e6), p99Ms: p99, bad };
}

const lua = ({ method, headers, body }) => `
local serial = 0
local base = "${process.pid}x${scripts}x" .. tostring({}):sub(8)
local template = [==[${body}]==]
wrk.method = "${method}"
${Object.entries(headers)
  .map(([name, value]) => `wrk.headers["${name}"] = "${value}"`)
  .join("\n")}
bad = 0
threads = {}
setup = function(thread) table.insert(threads, thread) end
request = function()
  if template == "" then return wrk.format() end
  serial = serial + 1
  local part = 0
  return wrk.format(nil, nil, nil, (template:gsub("@", function()
    part = part + 1
    return base .. serial .. "p" .. part
  end)))
end
response = function(status) if status < 200 or status >= 300 then bad = bad + 1 end end
done = function(summary, latency)
  local sum = 0
  for _, thread in ipairs(threads) do sum = sum + thread:get("bad") end
  io.write(string.format("R %d %d %.3f %d\\n", summary.requests, summary.duration,
    latency:percentile(99) / 1000, sum))
end
`;
