import { expect } from "vitest";
import { scenario } from "../harness/scenario.js";
import {
  buy,
  complete,
  oneTimePrice,
  openCheckout,
  recurringPrice,
  sell,
} from "../harness/storefront.js";

const email = "ada+test@example.com";

const addressed = (url: string | null) => {
  const { origin, pathname, searchParams, hash } = new URL(url ?? "");
  return { page: `${origin}${pathname}${hash}`, query: Object.fromEntries(searchParams) };
};

scenario("CHK-40 a purchase leads back with its payment, status and email", async (world) => {
  const customer = await world.customer({ email });
  const pack = await sell(world, oneTimePrice(), []);
  const at = { return_url: "https://app.example.com/thanks?from=a%20b&n={N}#top" };
  const session = await openCheckout(world, pack, customer, at);
  const declined = await complete(world, session, "declined");
  const paid = await complete(world, session);
  for (const [{ payment_id, return_url }, status] of [
    [declined, "failed"],
    [paid, "succeeded"],
  ] as const) {
    expect(addressed(return_url)).toEqual({
      page: "https://app.example.com/thanks#top",
      query: { from: "a b", n: "{N}", payment_id, status, email },
    });
    expect(return_url).toContain("?from=a%20b&n={N}&payment_id=");
  }
});

scenario("CHK-40 a subscription leads back with its id and status instead", async (world) => {
  const customer = await world.customer({ email });
  const plan = await sell(world, recurringPrice(), []);
  for (const return_url of ["https://app.example.com", "https://app.example.com/?"]) {
    const joined = await buy(world, plan, customer, { return_url });
    expect(addressed(joined.return_url)).toEqual({
      page: "https://app.example.com/",
      query: { subscription_id: joined.subscription_ids[0], status: "active", email },
    });
  }
  const declined = await buy(
    world,
    plan,
    customer,
    { return_url: "https://app.example.com" },
    "declined",
  );
  expect(addressed(declined.return_url).query).toEqual({
    payment_id: declined.payment_id,
    status: "failed",
    email,
  });
  expect((await buy(world, plan, customer)).return_url).toBeNull();
});
