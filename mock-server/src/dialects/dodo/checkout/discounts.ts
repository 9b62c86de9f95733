import { refusing } from "#domain/errors.js";

const refuse = refusing("discount-code-invalid");

interface Discounted {
  readonly discount_code?: string | null;
  readonly discount_codes?: readonly string[] | null;
}

/**
 * Refuses every discount code: the sandbox has no discounts, so each is an unknown one.
 *
 * @rule CHK-42 an unknown code is refused, and so are both fields at once
 */
export function refuseDiscounts({ discount_code: one, discount_codes: several }: Discounted): void {
  if (one === null || one === undefined) {
    const [first] = several ?? [];
    if (first !== undefined) throw unknownCode("discount_codes[0]", first);
    return;
  }
  if (several === null || several === undefined) throw unknownCode("discount_code", one);
  throw refuse(
    "CHK-42",
    "`discount_code` and `discount_codes` are both set; send `discount_codes` alone",
  );
}

const unknownCode = (where: string, code: string) =>
  refuse(
    "CHK-42",
    `\`${where}\` is ${JSON.stringify(code)}, which is no discount code; the sandbox has no discounts, so leave it out`,
  );
