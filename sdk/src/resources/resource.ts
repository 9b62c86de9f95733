import type { Connection } from "../connection.js";

/** A group of calls. */
export class Resource {
  /** @internal */
  constructor(protected readonly connection: Connection) {}
}
