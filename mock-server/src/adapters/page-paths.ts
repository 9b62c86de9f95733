/** Documents that are served as files. */
export const documents = [
  "openapi.yaml",
  "sandbox.yaml",
  "behaviours.yaml",
  "COVERAGE.md",
] as const;

export const documentPath = (name: string): string => `/_sandbox/${name}`;

const pagePaths: ReadonlySet<string> = new Set(["/", ...documents.map(documentPath)]);

/** Where a customer pays; the id of the session follows. */
export const payPath = "/_sandbox/pay/";

/** Where a customer sees their credits; the id of the portal session follows. */
export const portalPath = "/_sandbox/portal/";

/** Whether a request target is a page, and not a call of the API. */
export const isPage = (target: string): boolean =>
  pagePaths.has(target) || [payPath, portalPath].some((it) => target.startsWith(it));
