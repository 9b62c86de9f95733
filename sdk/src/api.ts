import type { paths as ControlPaths } from "@drawdown/spec/control";
import type { paths as DodoPaths } from "@drawdown/spec/dodo";
import createClient, { type Client } from "openapi-fetch";
import type { DodoPayments } from "./client.js";
import { fillPath } from "./fill-path.js";
import type { SandboxControl } from "./sandbox/index.js";

/** The openapi-fetch client: every operation of a document by method and path. */
export type Api<Paths extends object = DodoPaths> = Client<Paths, "application/json">;

/**
 * The document as an openapi-fetch client: the key, timeout and retries are those of `client`, but an answer is a value
 * whatever its status. A `SandboxControl` gives the operations of the control API.
 *
 * @example
 * const { data, error, response } = await api(client).GET("/meters", { params: { query: { archived: true } } });
 */
export function api(client: SandboxControl): Api<ControlPaths>;
export function api(client: Pick<DodoPayments, "baseURL" | "fetch">): Api;
export function api<Paths extends object>({
  baseURL,
  fetch,
}: Pick<DodoPayments, "baseURL" | "fetch">): Api<Paths> {
  return createClient<Paths, "application/json">({
    baseUrl: baseURL,
    fetch: (request) => fetch(request),
    pathSerializer: fillPath,
  });
}
