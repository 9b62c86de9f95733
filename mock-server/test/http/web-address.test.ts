import { expect, test } from "vitest";
import { bareAddress, callableAddress, webAddress } from "#http/web-address.js";

const levels = ["none", "web", "callable", "bare"];

const levelOf = (text: unknown): string =>
  levels[[webAddress, callableAddress, bareAddress].filter((it) => it(text)).length] ?? "";

test.for([
  ["http://127.0.0.1:4010", "bare"],
  ["HTTPS://example.com/billing/", "bare"],
  ["http://[::1]:4010", "bare"],
  ["http://example.com/hooks?of=me", "callable"],
  ["http://example.com/#top", "callable"],
  ["http://ada:secret@example.com/", "web"],
  ["http://:secret@example.com/", "web"],
  ["ftp://example.com", "none"],
  ["javascript:alert(1)", "none"],
  ["localhost:4010", "none"],
  ["/billing", "none"],
  ["http://", "none"],
  ["", "none"],
  [undefined, "none"],
] as const)("%o is an address: %s", ([text, level]) => {
  expect(levelOf(text)).toBe(level);
});
