import { gzipSync } from "node:zlib";
import { consumer, isInstalled, load, sdk } from "./packages.mjs";

/** What an application writes, and the folder it writes it in. */
const programs = {
  dodopayments: {
    code: 'export { default } from "dodopayments"',
    folder: consumer,
  },
  "@drawdown/sdk": { code: 'export { default } from "@drawdown/sdk"', folder: consumer },
  "@drawdown/sdk/amount": { code: 'export * from "@drawdown/sdk/amount"', folder: consumer },
  "@drawdown/sdk/api": { code: 'export * from "@drawdown/sdk/api"', folder: consumer },
  "@drawdown/sdk/sandbox": { code: 'export * from "@drawdown/sdk/sandbox"', folder: consumer },
  "@drawdown/sdk/legacy": { code: 'export * from "@drawdown/sdk/legacy"', folder: consumer },
  "APIError of dodopayments": {
    code: 'export { APIError } from "dodopayments"',
    folder: consumer,
  },
  "APIError of @drawdown/sdk": {
    code: 'export { APIError } from "@drawdown/sdk"',
    folder: consumer,
  },
  "openapi-fetch": { code: 'export { default } from "openapi-fetch"', folder: sdk },
};

/** Bytes of what a browser downloads. There is nothing in it to repeat. */
export async function measureBundles() {
  const rows = [];
  for (const [name, { code, folder }] of Object.entries(programs)) {
    if (name === "openapi-fetch" && !isInstalled(name, folder)) continue;
    rows.push({ name, ...(await bundle(code, folder)) });
  }
  const official = rows[0].gzipped;
  return rows.map((it) => ({ ...it, ratio: Number((it.gzipped / official).toFixed(2)) }));
}

async function bundle(code, folder) {
  const { outputFiles, metafile } = await load("esbuild").build({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    target: "es2022",
    write: false,
    metafile: true,
    outfile: "bundle.js",
    legalComments: "none",
    logLevel: "error",
  });
  const [{ contents }] = outputFiles;
  const modules = Object.entries(metafile.outputs["bundle.js"].inputs)
    .map(([path, { bytesInOutput }]) => ({ path: shortened(path), bytes: bytesInOutput }))
    .filter((it) => it.bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);
  return { minified: contents.length, gzipped: gzipSync(contents, { level: 9 }).length, modules };
}

/** From the package on, wherever it is installed. */
const shortened = (path) => path.replace(/^.*node_modules\//, "").replace(/^(\.\.\/)+/, "");
