import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Starts the browser with the libraries and fonts from beside it, which a small machine may not have. */
const starter = `#!/bin/sh
here=$(dirname "$0")
export LD_LIBRARY_PATH="$here/al2023/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chromium" "$@"
`;

const fontsConfig = `<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
</fontconfig>
`;

/** Where the browser of `@sparticuz/chromium` is unpacked; once for each of its versions. */
export async function unpackChromium(): Promise<string> {
  const folder = join(root, "node_modules/.drawdown", `chromium-${packageVersion()}`);
  const executable = join(folder, "chromium.sh");
  if (existsSync(executable)) return executable;
  // Test files start at the same time. Each unpacks on its own; whoever is done first gives the result its name.
  const mine = `${folder}-${process.pid}`;
  mkdirSync(mine, { recursive: true });
  try {
    await unpackInto(mine);
    writeFileSync(join(mine, "fonts.conf"), fontsConfig);
    writeFileSync(join(mine, "chromium.sh"), starter, { mode: 0o755 });
    renameSync(mine, folder);
  } catch (error) {
    if (!existsSync(executable)) throw error;
  } finally {
    rmSync(mine, { recursive: true, force: true });
  }
  return executable;
}

/** The package unpacks into the temporary folder, and its libraries only on the machines it is made for. */
async function unpackInto(folder: string): Promise<void> {
  const script = `const { default: chromium } = await import("@sparticuz/chromium"); await chromium.executablePath();`;
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: join(root, "contract-tests"),
    env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x" },
  });
}

function packageVersion(): string {
  const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const manifest = join(dirname(entry), "../../package.json");
  return JSON.parse(readFileSync(manifest, "utf8")).version;
}
