import { officialVersion } from "./packages.mjs";

const count = (value) => value.toLocaleString("en");

const table = (head, rows) => [
  `| ${head.join(" | ")} |`,
  `|${head.map((_, column) => (column === 0 ? "---" : "---:")).join("|")}|`,
  ...rows.map((row) => `| ${row.join(" | ")} |`),
];

const compared = (rows, unit, base) =>
  table(
    ["", unit, `of ${base}`],
    rows.map((it) => [it.name, count(it.median), it.ratio.toFixed(2)]),
  );

const bundles = (rows, isVerbose) => [
  ...table(
    ["bundle for a browser", "minified, bytes", "gzipped, bytes", "of dodopayments"],
    rows.map((it) => [it.name, count(it.minified), count(it.gzipped), it.ratio.toFixed(2)]),
  ),
  ...(isVerbose ? rows.flatMap(modulesOf) : []),
];

const modulesOf = ({ name, modules }) => [
  "",
  ...table(
    [`${name}, by module`, "minified, bytes"],
    modules.map((it) => [it.path, count(it.bytes)]),
  ),
];

const tables = {
  bundle: bundles,
  import: (forms) =>
    Object.entries(forms).flatMap(([form, rows]) => [
      ...compared(rows, `import, ${form}, ms`, "dodopayments"),
      "",
    ]),
  calls: (ways) =>
    Object.entries(ways).flatMap(([way, rows]) => [
      ...compared(rows, `µs a call, ${way}`, "fetch"),
      "",
    ]),
  batcher: (rows) => compared(rows, "events/s", "an event a call"),
};

/** A measure as a table in Markdown; `dodopayments` is the version that the first line names. */
export const tableOf = (name, result, isVerbose) =>
  [
    ...(name === "bundle"
      ? [`dodopayments ${officialVersion()}, Node ${process.version}`, ""]
      : []),
    ...tables[name](result, isVerbose),
  ]
    .join("\n")
    .trimEnd();
