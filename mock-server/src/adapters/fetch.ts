import type { Call, Reply, Respond } from "../http/call.js";

/** The standard `fetch`: what clients take as an option of that name. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Answers as `fetch` would, without a network: the form that fetch-based clients and MSW speak. */
export const fetchWith =
  (respond: Respond): Fetch =>
  async (input, init) =>
    toResponse(await respond(toCall(new Request(input, init))));

function toCall(request: Request): Call {
  const { origin, pathname, search } = new URL(request.url);
  return {
    method: request.method,
    origin,
    target: pathname + search,
    header: (name) => request.headers.get(name),
    text: async (limitBytes) => {
      const text = await request.text();
      return new TextEncoder().encode(text).byteLength > limitBytes ? undefined : text;
    },
  };
}

const toResponse = ({ status, headers, body }: Reply): Response =>
  new Response(body, { status, headers });
