export const meter = {
  name: "M",
  event_name: "x",
  measurement_unit: "x",
  aggregation: { type: "count" },
};

export const entitlement = {
  name: "Credit",
  unit: "x",
  precision: 0,
  rollover_enabled: false,
  overage_enabled: false,
};
