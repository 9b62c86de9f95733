import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const { resolve } = createRequire(import.meta.url);

/** An empty page with the engine in its script, and the worker of MSW beside it. */
export async function serveSite(): Promise<Server> {
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    "/": ["text/html", `<!doctype html><title>Shop</title><script src="/in-page.js"></script>`],
    "/in-page.js": ["text/javascript", await bundleForPage()],
    "/mockServiceWorker.js": [
      "text/javascript",
      readFileSync(resolve("msw/mockServiceWorker.js"), "utf8"),
    ],
  };
  const server = createServer((request, response) => {
    const [type, text] = files[request.url ?? ""] ?? [];
    if (type === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(text);
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

async function bundleForPage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("in-page.ts", import.meta.url))],
    bundle: true,
    platform: "browser",
    format: "iife",
    globalName: "inPage",
    target: "es2022",
    conditions: ["drawdown-source", "browser"],
    write: false,
    logLevel: "silent",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild made no file");
  return file.text;
}
