import { NotFoundError } from "dodopayments";
import { readCredits } from "../../../billing";

interface Context {
  readonly params: Promise<{ readonly customer: string }>;
}

/** `GET /api/credits/cus_…`: what the customer has left. */
export async function GET(_request: Request, { params }: Context): Promise<Response> {
  const { customer } = await params;
  try {
    return Response.json({ customer, credits: await readCredits(customer) });
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    return Response.json({ error: `there is no customer ${customer}` }, { status: 404 });
  }
}
