import type { Call, Reply, Respond } from "../http/call.js";

/** Answers a standard `Request` with a standard `Response`: the form that fetch-based clients and MSW speak. */
export const fetchWith =
  (respond: Respond) =>
  async (request: Request): Promise<Response> =>
    toResponse(await respond(toCall(request)));

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
