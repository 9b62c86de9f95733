import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cases } from "./cases/index.js";
import { type DifferenceId, differences, differencesTable } from "./differences.js";
import { clients, observe } from "./observe.js";

for (const [subject, some] of Object.entries(cases)) {
  describe(subject, () => {
    for (const { name, differs, ...doing } of some) {
      test(name, async () => {
        const official = await observe(clients.official, doing);
        const ours = await observe(clients.ours, doing);
        if (!differs) {
          expect(ours).toEqual(official);
          return;
        }
        expect({ official, ours }).toMatchObject({
          official: differs.official,
          ours: differs.ours,
        });
        expect(ours, `no longer a difference: ${differs.by}`).not.toEqual(official);
      });
    }
  });
}

describe("the table of differences", () => {
  const shown = new Set(Object.values(cases).flatMap((some) => some.map((it) => it.differs?.by)));

  test("has no row that nothing shows", () => {
    const rows = Object.entries(differences).filter(([, { shownBy }]) => shownBy === "a case");
    expect(rows.map(([id]) => id).filter((id) => !shown.has(id as DifferenceId))).toEqual([]);
  });

  test("is the one that the package has in its README", () => {
    const readme = readFileSync(new URL("../../sdk/README.md", import.meta.url), "utf8");
    const [, from = ""] = readme.split("\n## Differences from the official client\n");
    const [section = ""] = from.split("\n## ");
    const table = section.split("\n").filter((line) => line.startsWith("|"));
    expect(table).toEqual(differencesTable());
  });
});
