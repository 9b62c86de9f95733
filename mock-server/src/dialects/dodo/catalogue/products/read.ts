import type { components } from "@drawdown/spec/dodo";
import { kinds } from "#dialects/dodo/kinds.js";
import { refuseOtherCurrency, warnOfSmallPrice } from "#dialects/dodo/money.js";
import { type Amount, amountOf, parseAmount, parseCreditAmount } from "#domain/amount.js";
import { DomainError, type DomainErrorCode, refusing } from "#domain/errors.js";
import type { Timeframe } from "#domain/time.js";
import type { Transaction, Tx } from "#sandbox/ports.js";
import { type Entitlement, isHalf, isPriceAboveZero } from "../credits/rules.js";
import type { Attachment, MeterLink, Price } from "./rules.js";

type Schemas = components["schemas"];
type Attach = Schemas["AttachCreditEntitlementRequest"];

const refuse = refusing("product-invalid");

/**
 * The credits a product issues, with what the request leaves open taken from the entitlement.
 *
 * @param currency the product's
 * @rule ENT-62 a setting that is absent or null is the entitlement's
 * @rule ENT-65 without proration, and trial credits that stay, unless asked for
 * @rule ENT-67 each entitlement once, and only one that exists
 * @rule ENT-56 not one that is deleted
 * @throws DomainError product-invalid, attached-entitlement-deleted
 */
export async function attachmentsOf(
  { tx, nextId, warn }: Transaction,
  requests: readonly Attach[],
  currency: string,
): Promise<readonly Attachment[]> {
  const attachments: Attachment[] = [];
  for (const [position, request] of requests.entries()) {
    const where = `credit_entitlements[${position}]`;
    const entitlement = await attachable(tx, request.credit_entitlement_id, where);
    if (attachments.some((it) => it.entitlementId === entitlement.id)) {
      throw refuse(
        "ENT-67",
        `\`${where}\` attaches ${entitlement.id} a second time; attach it once`,
      );
    }
    const item = attachmentOf(nextId("uuid"), entitlement, request, where);
    warnOfSmallPrice(warn, request.price_per_unit, currency, `${where}.price_per_unit`);
    attachments.push(item);
  }
  refuseOtherCurrency(attachments, currency);
  return attachments;
}

async function attachable(tx: Tx, id: string, where: string): Promise<Entitlement> {
  const entitlement = await tx.get(kinds.entitlement, id);
  if (!entitlement) {
    throw refuse(
      "ENT-67",
      `\`${where}\` names ${JSON.stringify(id)}, which is no credit entitlement`,
    );
  }
  if (entitlement.deletedAt !== null) {
    throw refuse(
      "ENT-56",
      `\`${where}\` names ${id}, but the credit entitlement has been deleted; undelete it first`,
      "attached-entitlement-deleted",
    );
  }
  return entitlement;
}

function attachmentOf(
  id: string,
  entitlement: Entitlement,
  request: Attach,
  where: string,
): Attachment {
  const { precision } = entitlement;
  const overageEnabled = request.overage_enabled ?? entitlement.overageEnabled;
  const pricePerUnit = request.price_per_unit ?? entitlement.pricePerUnit;
  if (overageEnabled && pricePerUnit === null) {
    throw refuse("ENT-12", `\`${where}\` enables overage but has no \`price_per_unit\`; send one`);
  }
  if (pricePerUnit !== null && !isPriceAboveZero(pricePerUnit)) {
    throw refuse(
      "ENT-18",
      `\`${where}.price_per_unit\` is "${pricePerUnit}" but must be above zero; leave it out for a credit without overage`,
    );
  }
  const currency = request.currency ?? entitlement.currency;
  const isInherited = (request.price_per_unit ?? null) === null;
  if (overageEnabled && isInherited && currency !== entitlement.currency) {
    throw refuse(
      "OVR-60",
      `\`${where}\` sets \`currency\` ${currency} but no \`price_per_unit\`, and that of ${entitlement.id}, "${pricePerUnit}", is in ${entitlement.currency}; send both or neither`,
    );
  }
  return {
    id,
    entitlementId: entitlement.id,
    entitlementName: entitlement.name,
    unit: entitlement.unit,
    precision,
    creditsAmount: creditsIn(
      request.credits_amount,
      precision,
      `${where}.credits_amount`,
      "ENT-66",
    ),
    expiresAfterDays: request.expires_after_days ?? entitlement.expiresAfterDays,
    lowBalanceThresholdPercent: request.low_balance_threshold_percent ?? null,
    overageEnabled,
    overageLimit:
      limitIn(request.overage_limit, precision, `${where}.overage_limit`) ??
      (entitlement.overageLimit === null ? null : amountOf(entitlement.overageLimit)),
    overageBehavior: request.overage_behavior ?? entitlement.overageBehavior,
    pricePerUnit,
    currency,
    prorates: request.proration_behavior === "prorate",
    rolloverEnabled: request.rollover_enabled ?? entitlement.rolloverEnabled,
    rolloverPercentage: request.rollover_percentage ?? entitlement.rolloverPercentage,
    rolloverTimeframe: timeframeOf(request, entitlement, where),
    rolloverCountMax: request.max_rollover_count ?? entitlement.maxRolloverCount,
    trialCredits: trialCredits(request.trial_credits, precision, `${where}.trial_credits`),
    trialCreditsExpire: request.trial_credits_expire_after_trial ?? false,
  };
}

/**
 * Credits written in a product, a cart or a session.
 *
 * @rule ENT-66 above zero and no finer than the entitlement's precision
 * @rule CHK-14 the same for an amount given with a session
 */
export function creditsIn(text: string, precision: number, where: string, rule: string): Amount {
  try {
    return parseCreditAmount(text, precision);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw refuse(rule, error.message.replace("`amount`", `\`${where}\``).split(";")[0] ?? where);
  }
}

const trialCredits = (text: string | null | undefined, precision: number, where: string) =>
  text === null || text === undefined
    ? null
    : /[1-9]/.test(text)
      ? creditsIn(text, precision, where, "SUB-22")
      : parseAmount("0");

/**
 * The most overage that a product or a subscription allows; null where it says nothing.
 *
 * @rule OVR-61 no finer than the entitlement's precision, in which overage is counted
 * @throws DomainError product-invalid
 */
export function limitIn(
  text: string | null | undefined,
  precision: number,
  where: string,
): Amount | null {
  if (text === null || text === undefined) return null;
  const limit = parseAmount(text);
  if (limit.decimalPlaces() <= precision) return limit;
  throw refuse(
    "OVR-61",
    `\`${where}\` is "${text}" with ${limit.decimalPlaces()} decimals but this credit has precision ${precision}; send at most ${precision} decimals`,
  );
}

/**
 * The rollover timeframe that a body gives a credit of its own, or null.
 *
 * @param code of the refusal of one that is given by half
 */
export function timeframeIn(
  {
    rollover_timeframe_count: count,
    rollover_timeframe_interval: interval,
  }: Pick<Attach, "rollover_timeframe_count" | "rollover_timeframe_interval">,
  where: string,
  code: DomainErrorCode,
): Timeframe | null {
  if (isHalf(count, interval)) {
    throw refuse(
      "ENT-10",
      `\`${where}\` has one of \`rollover_timeframe_count\` and \`rollover_timeframe_interval\`; send both or neither`,
      code,
    );
  }
  return count && interval ? { count, interval } : null;
}

function timeframeOf(request: Attach, entitlement: Entitlement, where: string): Timeframe | null {
  const own = timeframeIn(request, where, "product-invalid");
  if (own) return own;
  const { rolloverTimeframeCount, rolloverTimeframeInterval } = entitlement;
  return rolloverTimeframeCount === null || rolloverTimeframeInterval === null
    ? null
    : { count: rolloverTimeframeCount, interval: rolloverTimeframeInterval };
}

/** @throws DomainError meter-ids-duplicated, meter-ids-missing, meter-archived, product-invalid */
export async function priceOf({ tx, warn }: Transaction, wire: Schemas["Price"]): Promise<Price> {
  const terms = {
    currency: wire.currency,
    discount: wire.discount ?? 0,
    hasPurchasingPowerParity: wire.purchasing_power_parity ?? false,
    isTaxInclusive: wire.tax_inclusive ?? null,
  };
  if (wire.type === "one_time_price") {
    return {
      type: wire.type,
      ...terms,
      amount: wire.price,
      paysWhatTheyWant: wire.pay_what_you_want ?? false,
      suggestedAmount: wire.suggested_price ?? null,
    };
  }
  const billed = {
    ...terms,
    frequency: { count: wire.payment_frequency_count, interval: wire.payment_frequency_interval },
    period: {
      count: wire.subscription_period_count,
      interval: wire.subscription_period_interval,
    },
  };
  return wire.type === "recurring_price"
    ? {
        type: wire.type,
        ...billed,
        amount: wire.price,
        trialDays: wire.trial_period_days ?? 0,
        trialAmount: wire.trial_amount ?? null,
        isTrialDiscounted: wire.trial_apply_discounts ?? null,
      }
    : {
        type: wire.type,
        ...billed,
        amount: wire.fixed_price,
        meters: await meterLinksOf(tx, wire.meters ?? [], (text, where) =>
          warnOfSmallPrice(warn, text, wire.currency, where),
        ),
      };
}

/**
 * @rule MTR-30 meters hang on usage-based prices alone
 * @rule MTR-31 a meter that costs credits says how many units cost one
 * @rule MTR-34 each meter once, and only one that exists
 */
async function meterLinksOf(
  tx: Tx,
  requests: readonly Schemas["AddMeterToPrice"][],
  warnOfPrice: (text: string | null | undefined, where: string) => void,
): Promise<readonly MeterLink[]> {
  const links: MeterLink[] = [];
  for (const [position, request] of requests.entries()) {
    const where = `price.meters[${position}]`;
    const { meter_id: meterId, credit_entitlement_id: entitlementId = null } = request;
    if (links.some((it) => it.meterId === meterId)) {
      throw refuse(
        "MTR-34",
        `\`${where}\` names ${meterId} a second time; name it once`,
        "meter-ids-duplicated",
      );
    }
    const meter = await tx.get(kinds.meter, meterId);
    if (!meter) {
      throw refuse(
        "MTR-34",
        `\`${where}\` names ${JSON.stringify(meterId)}, which is no meter`,
        "meter-ids-missing",
      );
    }
    if (meter.archivedAt !== null) {
      throw refuse(
        "MTR-07",
        `\`${where}\` names ${meterId}, which is archived; unarchive it first`,
        "meter-archived",
      );
    }
    if (entitlementId !== null) await attachable(tx, entitlementId, where);
    if (entitlementId === null) warnOfPrice(request.price_per_unit, `${where}.price_per_unit`);
    links.push({
      meterId,
      meterName: meter.name,
      description: meter.description,
      measurementUnit: meter.measurementUnit,
      entitlementId,
      ...rateOf(request, entitlementId !== null, where),
      freeThreshold: request.free_threshold ?? 0,
    });
  }
  return links;
}

function rateOf(
  { meter_units_per_credit: units, price_per_unit: price }: Schemas["AddMeterToPrice"],
  costsCredits: boolean,
  where: string,
): Pick<MeterLink, "unitsPerCredit" | "pricePerUnit"> {
  const isRate = (text: string | null | undefined): text is string => /[1-9]/.test(text ?? "");
  if (costsCredits && !isRate(units)) {
    throw refuse(
      "MTR-31",
      `\`${where}\` costs credits but \`meter_units_per_credit\` is ${JSON.stringify(units ?? null)}; send how many units cost one credit, above zero`,
    );
  }
  if (!costsCredits && !isRate(price)) {
    throw refuse(
      "MTR-23",
      `\`${where}\` has neither \`credit_entitlement_id\` nor a \`price_per_unit\` above zero; send one of them`,
    );
  }
  return {
    unitsPerCredit: costsCredits && isRate(units) ? parseAmount(units) : null,
    pricePerUnit: !costsCredits && isRate(price) ? parseAmount(price) : null,
  };
}
