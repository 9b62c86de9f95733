import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { here } from "./packages.mjs";

/** Runs `measure` with the address of a server in another process, and ends that afterwards. */
export async function withServer(measure) {
  const child = fork(join(here, "server.mjs"));
  try {
    const [address] = await once(child, "message");
    return await measure(address);
  } finally {
    child.kill();
  }
}
