import type { ErrorBody, World } from "../../harness/world.js";

export interface Extras {
  /** A text is sent as it stands, anything else as JSON. */
  readonly body?: unknown;
  readonly key?: string;
  readonly type?: string;
}

/** Sends a request such as `POST /meters`. */
export const send = (world: World, target: string, { body, key, type }: Extras = {}) => {
  const [method = "", path = ""] = target.split(" ");
  const headers = new Headers();
  if (key !== undefined) headers.set("authorization", key);
  if (body !== undefined) headers.set("content-type", "application/json");
  if (type !== undefined) headers.set("content-type", type);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return world.raw(method, path, { headers, ...(body === undefined ? {} : { body: text }) });
};

/** What came back, as `422 INVALID_REQUEST_BODY`. */
export const outcome = async (
  world: World,
  target: string,
  extras: Extras = {},
): Promise<string> => {
  const answer = await send(world, target, extras);
  const { code }: ErrorBody = await answer.json();
  return `${answer.status} ${code}`;
};

export const shape = (path: string) => path.replaceAll(/\{\w+\}/g, "any_id");
