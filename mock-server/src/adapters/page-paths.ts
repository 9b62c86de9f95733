import type { PageName } from "../http/call.js";

/** Documents that are served as files. */
export const documents = [
  "openapi.yaml",
  "sandbox.yaml",
  "behaviours.yaml",
  "COVERAGE.md",
] as const;

export const documentPath = (name: string): string => `/_sandbox/${name}`;

/** Where a page is; a pass may follow, and the id of the session does. */
export const pagePath = (page: PageName): string => `/_sandbox/${page}/`;

const pagePaths: ReadonlySet<string> = new Set(["/", ...documents.map(documentPath)]);

/** Whether a request target is a page, and not a call of the API. */
export function isPage(target: string): boolean {
  const mark = target.indexOf("?");
  const path = mark === -1 ? target : target.slice(0, mark);
  return pagePaths.has(path) || /^\/_sandbox\/(?:pay|portal)\//.test(path);
}
