import type { components } from "@drawdown/spec/dodo";
import { type HandlersOf, page } from "#dialects/dodo/context.js";
import { kinds } from "#dialects/dodo/kinds.js";
import { load } from "#dialects/dodo/load.js";
import { presentMeter } from "#dialects/dodo/present.js";
import { drain } from "#dialects/dodo/usage/worker.js";
import { DomainError } from "#domain/errors.js";
import type { Condition, Filter } from "#domain/metering/filter.js";
import { createMeter } from "#domain/metering/meter.js";

type WireFilter = NonNullable<components["schemas"]["CreateMeterRequest"]["filter"]>;
type WireClause = WireFilter["clauses"][number];

/** @rule MTR-04 there is no update: meters are archived and brought back */
export const meters: HandlersOf<
  "createMeter" | "listMeters" | "retrieveMeter" | "archiveMeter" | "unarchiveMeter"
> = {
  /**
   * @rule MTR-01 201 with the meter
   * @rule MTR-08 names need not be unique
   */
  async createMeter({ tx, now, nextId, businessId }, { body }) {
    const meter = createMeter({
      id: nextId("mtr"),
      name: body.name,
      description: body.description ?? null,
      eventName: body.event_name,
      aggregation: { type: body.aggregation.type, key: body.aggregation.key ?? null },
      filter: body.filter ? readFilter(body.filter) : null,
      measurementUnit: body.measurement_unit,
      createdAt: now,
      updatedAt: now,
      archivedAt: null,
    });
    tx.put(kinds.meter, meter);
    return { status: 201, body: presentMeter(meter, businessId) };
  },

  /** @rule MTR-06 active ones, or archived ones */
  async listMeters({ tx, businessId }, { query }) {
    const found = await tx.find(kinds.meter, "byState", query.archived ? "archived" : "active", {
      descending: true,
      ...page(query),
    });
    return { status: 200, body: { items: found.map((it) => presentMeter(it, businessId)) } };
  },

  /** @rule MTR-07 an archived meter and its events can still be read */
  async retrieveMeter({ tx, businessId }, { path }) {
    const meter = await load(tx, kinds.meter, path.id, "MTR-05");
    return { status: 200, body: presentMeter(meter, businessId) };
  },

  /** @rule MTR-05 archiving an unknown meter is 404, bringing back one that is not archived a server error */
  async archiveMeter(context, { path }) {
    const { tx, now } = context;
    await drain(context, "now");
    const meter = await load(tx, kinds.meter, path.id, "MTR-05");
    tx.put(kinds.meter, { ...meter, archivedAt: meter.archivedAt ?? now, updatedAt: now });
    return { status: 204 };
  },

  async unarchiveMeter(context, { path }) {
    const { tx, now } = context;
    await drain(context, "now");
    const meter = await tx.get(kinds.meter, path.id);
    if (!meter || meter.archivedAt === null) {
      throw new DomainError("meter-not-archived", "MTR-05", {
        message: `The meter ${path.id} is not archived, so it cannot be unarchived; list the archived ones with archived=true`,
      });
    }
    tx.put(kinds.meter, { ...meter, archivedAt: null, updatedAt: now });
    return { status: 200 };
  },
};

/** A filter as the domain knows it; the document has made sure that each clause is whole. */
const readFilter = (filter: WireFilter): Filter => ({
  conjunction: filter.conjunction,
  clauses: filter.clauses.map(readClause),
});

const readClause = (clause: WireClause): Condition | Filter =>
  "clauses" in clause
    ? readFilter(clause)
    : { key: clause.key, operator: clause.operator, value: clause.value };
