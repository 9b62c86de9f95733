import { revalidateTag } from "next/cache";
import { billing, creditsTag } from "../../billing";

/** `POST /api/webhooks`: lets go of cached balances when a signed event says that one has changed. */
export async function POST(request: Request): Promise<Response> {
  const body = await request.text(); // the signature is over these very bytes; request.json() would lose them
  let type: string;
  try {
    ({ type } = billing.webhooks.unwrap(body, { headers: Object.fromEntries(request.headers) }));
  } catch {
    return new Response("not signed by the billing service", { status: 401 });
  }
  if (type.startsWith("credit.")) revalidateTag(creditsTag, { expire: 0 });
  return new Response(null, { status: 204 });
}
