import type { components, paths } from "@drawdown/spec/control";
import type { Client } from "openapi-fetch";
import { type Connection, connect } from "../connection.js";
import type { Settings } from "../settings.js";

/** The shapes of the control API. */
export type Schemas = components["schemas"];

/** The openapi-fetch client: every operation of the control API by method and path. */
export type ControlApi = Client<paths, "application/json">;

/** What the groups of methods share. */
export interface ControlConnection extends Omit<Connection, "api"> {
  readonly api: ControlApi;
}

export function connectControl(settings: Settings): ControlConnection {
  const { api, init } = connect(settings);
  return { api: api as unknown as ControlApi, init }; // paths exist in the types alone
}
