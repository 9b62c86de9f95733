import { expect } from "vitest";

export type Fields = Readonly<Record<string, unknown>>;

export const required = {
  name: "Tokens",
  unit: "token",
  precision: 0,
  rollover_enabled: false,
  overage_enabled: false,
};

export const optionalNulls = {
  description: null,
  expires_after_days: null,
  rollover_percentage: null,
  rollover_timeframe_count: null,
  rollover_timeframe_interval: null,
  max_rollover_count: null,
  overage_limit: null,
  overage_behavior: null,
  currency: null,
  price_per_unit: null,
};

export const everything = {
  name: "Monthly AI tokens",
  description: "Tokens for text generation",
  unit: "token",
  precision: 2,
  expires_after_days: 30,
  rollover_enabled: true,
  rollover_percentage: 75,
  rollover_timeframe_count: 1,
  rollover_timeframe_interval: "Month",
  max_rollover_count: 3,
  overage_enabled: true,
  overage_limit: 50000,
  overage_behavior: "carry_deficit",
  currency: "EUR",
  price_per_unit: "0.0005",
};

export const generated = {
  id: expect.stringMatching(/^cde_[0-9A-Za-z]{21}$/),
  business_id: expect.stringMatching(/^bus_/),
  created_at: "2026-01-01T00:00:00.000000Z",
  updated_at: "2026-01-01T00:00:00.000000Z",
};
