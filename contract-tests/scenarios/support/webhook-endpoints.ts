import type { Endpoint } from "../../harness/receiver.js";
import type { World } from "../../harness/world.js";

export interface Page {
  readonly data: readonly Endpoint[];
  readonly iterator: string | null;
  readonly prev_iterator: string | null;
  readonly done: boolean;
}

export const url = "https://app.example.com/hooks";

export const page = (world: World, query: Record<string, string | number> = {}) =>
  world.ok<Page>("listWebhooks", { query });
