import type { components, paths } from "@drawdown/spec/control";
import { Connection } from "../connection.js";

/** The shapes of the control API. */
export type Schemas = components["schemas"];

/** What the groups of methods share. */
export class ControlConnection extends Connection<paths> {}
