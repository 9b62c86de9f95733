/**
 * Whether a host name or address stands for this machine: `localhost`, what ends in `.localhost` (RFC 6761), 127.0.0.0/8 and
 * ::1, each also as a fully qualified name with a dot at the end.
 *
 * @param hostname as `URL` prints it: in small letters, an IPv6 address in brackets
 */
export function isLoopback(hostname: string): boolean {
  const name = withoutRootDot(hostname);
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(name) ||
    /^\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]$/.test(name)
  );
}

/** Whether it is a name of this machine that a resolver may ask a name server for, which could answer anything. */
export const mayBeAskedFor = (hostname: string): boolean =>
  hostname !== "localhost" && /(?:^|\.)localhost\.*$/.test(hostname);

/** A host name without the dot of the root zone, which changes nothing about whom it names. */
export const withoutRootDot = (hostname: string): string => hostname.replace(/\.+$/, "");
