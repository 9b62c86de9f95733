import type { components } from "@drawdown/spec/dodo";
import type { BillingAddress } from "./checkout/rules.js";
import type { Customer } from "./customers/rules.js";
import { presentMetadata } from "./present-metadata.js";

type Schemas = components["schemas"];

export const presentParty = (it: Customer): Schemas["CustomerLimitedDetailsResponse"] => ({
  customer_id: it.id,
  email: it.email,
  name: it.name,
  phone_number: it.phoneNumber,
  metadata: presentMetadata(it.metadata),
});

export const presentBilling = (it: BillingAddress): Schemas["BillingAddress"] => ({
  country: it.country as Schemas["BillingAddress"]["country"], // of the document's enum: the body validator let no other in
  city: it.city,
  state: it.state,
  street: it.street,
  zipcode: it.zipcode,
});
