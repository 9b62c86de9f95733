import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium as playwright } from "playwright-core";
import { unpackChromium } from "./unpack-chromium.js";

/** Where a Chromium is, or why none is to be had here. */
export type Chromium = { readonly path: string } | { readonly reason: string };

const names = ["chromium", "chromium-browser", "google-chrome"];

/** The one that `CHROMIUM_PATH` names, else one that is installed, else the one that the registry has. */
export const chromium: Chromium = await findChromium();

/** Sites of other people, which are on this machine for the length of a test: names below `.test` (RFC 6761). */
const strangers = "--host-resolver-rules=MAP *.test 127.0.0.1";

/**
 * Starts the browser without a window.
 *
 * @throws Error with the reason where there is none
 */
export async function launchChromium(): Promise<Browser> {
  if ("reason" in chromium) throw new Error(chromium.reason);
  return playwright.launch({ executablePath: chromium.path, args: [strangers] });
}

/** @throws Error in CI, where nothing is to be left out */
async function findChromium(): Promise<Chromium> {
  const path = process.env["CHROMIUM_PATH"] ?? onPath();
  if (path !== undefined) return { path };
  const platform = `${process.platform}-${process.arch}`;
  if (platform !== "linux-x64") {
    return missing(
      `there is no ${names.join(", ")} on PATH, and the registry has none for ${platform}`,
    );
  }
  try {
    return { path: await unpackChromium() };
  } catch (error) {
    return missing(`@sparticuz/chromium could not be unpacked: ${error}`);
  }
}

function onPath(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((it) => join(it, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missing(why: string): Chromium {
  const reason = `no browser: ${why}; set CHROMIUM_PATH`;
  if (process.env["CI"]) throw new Error(reason);
  return { reason };
}
