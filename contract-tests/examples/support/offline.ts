import { spawnSync } from "node:child_process";
import type { Command } from "./readme.js";

/** Ways to a network of one's own, with nothing in it: for whoever may, for root, and for who may become root. */
const ways: readonly (readonly string[])[] = [
  ["unshare", "--net", "--map-root-user"],
  ["unshare", "--net"],
  ["sudo", "--non-interactive", "--preserve-env", "unshare", "--net"],
];

// Loopback is down in a new network. Where there is no `ip`, Perl asks for what it would: SIOCSIFFLAGS, UP and RUNNING.
const raise = `ip link set lo up 2>/dev/null || perl -MSocket -e 'socket(S, PF_INET, SOCK_DGRAM, 0); $_ = pack("a16 s x14", "lo", 0x41); exit !ioctl(S, 0x8914, $_)'`;

const enter = (way: readonly string[], script: string): readonly string[] => [
  ...way,
  "sh",
  "-c",
  `${raise} && ${script}`,
];

const way = ways.find((it) => {
  const [program = "", ...args] = enter(it, "true");
  return spawnSync(program, args).status === 0;
});

/** Whether this machine gives a process a network of its own. */
export const canUnplug = way !== undefined;

/** The same command where there is no network but loopback. */
export function unplugged(command: Command): Command {
  const [program = "", ...args] = enter(way ?? ways[0] ?? [], 'exec "$0" "$@"');
  return { ...command, program, args: [...args, command.program, ...command.args] };
}
