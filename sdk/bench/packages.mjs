// The clients are taken as whoever installs them gets them: by their names, from the folder that depends on both.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const here = dirname(fileURLToPath(import.meta.url));

/** A folder in which `@drawdown/sdk` and `dodopayments` are installed. */
export const consumer = join(here, "../../contract-tests");

/** A folder in which what this package depends on is installed. */
export const sdk = join(here, "..");

export const requireFrom = (folder) => createRequire(join(folder, "package.json"));

export const isInstalled = (name, folder) => existsSync(join(folder, "node_modules", name));

/** Imports a package as a CommonJS module of `folder` would get it, which is the same code. */
export const load = (name, folder = consumer) => requireFrom(folder)(name);

/** The version of `dodopayments` that all is compared with. */
export const officialVersion = () =>
  requireFrom(consumer)(join(consumer, "node_modules/dodopayments/package.json")).version;
