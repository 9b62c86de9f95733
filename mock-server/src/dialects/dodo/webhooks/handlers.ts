import type { components } from "@drawdown/spec/dodo";
import type { Endpoint } from "#domain/delivery/endpoint.js";
import { DomainError } from "#domain/errors.js";
import { checkMetadata, generalMetadataLimits } from "#domain/metadata.js";
import { formatInstant, type Instant } from "#domain/time.js";
import { webAddress } from "#http/web-address.js";
import { all } from "#sandbox/kinds.js";
import type { NextId } from "#sandbox/ports.js";
import type { HandlersOf } from "../context.js";
import { kinds } from "../kinds.js";
import { load } from "../load.js";
import { patched } from "../patched.js";

type Schemas = components["schemas"];

export const webhooks: HandlersOf<
  | "createWebhook"
  | "listWebhooks"
  | "retrieveWebhook"
  | "updateWebhook"
  | "deleteWebhook"
  | "retrieveWebhookHeaders"
  | "updateWebhookHeaders"
  | "retrieveWebhookSecret"
> = {
  /** @rule WHK-40 a URL will do; a repeated idempotency key answers the endpoint it made, while that is there */
  async createWebhook({ tx, nextId, now }, { body }) {
    const key = body.idempotency_key ?? null;
    const used = key === null ? undefined : await tx.get(kinds.usedWebhookKey, key);
    const made = used && (await tx.get(kinds.endpoint, used.endpointId));
    if (made) return { status: 200, body: presentEndpoint(made) };
    const metadata = body.metadata ?? {};
    checkMetadata(metadata, generalMetadataLimits, "`metadata`");
    const endpoint = newEndpoint(nextId, now, {
      url: urlOf(body.url),
      description: body.description ?? "",
      isDisabled: body.disabled ?? false,
      filterTypes: body.filter_types ?? null,
      headers: body.headers ?? {},
      metadata,
      rateLimit: body.rate_limit ?? null,
    });
    tx.put(kinds.endpoint, endpoint);
    if (key !== null) tx.put(kinds.usedWebhookKey, { id: key, endpointId: endpoint.id });
    return { status: 200, body: presentEndpoint(endpoint) };
  },

  /**
   * @rule WHK-41 newest first, as many as `limit`, from `iterator` on
   * @rule PAG-08 by a cursor, unlike every other list
   */
  async listWebhooks({ tx }, { query }) {
    const { limit = 50, iterator } = query;
    const endpoints = await tx.find(kinds.endpoint, "all", all, { descending: true });
    const start = iterator === undefined ? 0 : startOf(endpoints, iterator);
    const data = endpoints.slice(start, start + limit);
    const isDone = start + limit >= endpoints.length;
    const last = data.at(-1);
    return {
      status: 200,
      body: {
        data: data.map(presentEndpoint),
        iterator: isDone || !last ? null : `after_${last.id}`,
        prev_iterator: start === 0 || !data[0] ? null : `before_${data[0].id}_${limit}`,
        done: isDone,
      },
    };
  },

  async retrieveWebhook({ tx }, { path }) {
    const endpoint = await load(tx, kinds.endpoint, path.webhook_id, "WHK-42");
    return { status: 200, body: presentEndpoint(endpoint) };
  },

  async updateWebhook({ tx, now }, { path, body }) {
    const stored = await load(tx, kinds.endpoint, path.webhook_id, "WHK-42");
    const updated: Endpoint = {
      ...stored,
      url: body.url ? urlOf(body.url) : stored.url,
      description: patched(body.description, stored.description) ?? "",
      isDisabled: body.disabled ?? stored.isDisabled,
      filterTypes: patched(body.filter_types, stored.filterTypes),
      metadata: patched(body.metadata, stored.metadata) ?? {},
      rateLimit: patched(body.rate_limit, stored.rateLimit),
      updatedAt: now,
    };
    checkMetadata(updated.metadata, generalMetadataLimits, "`metadata`");
    tx.put(kinds.endpoint, updated);
    return { status: 200, body: presentEndpoint(updated) };
  },

  async deleteWebhook({ tx }, { path }) {
    const { id } = await load(tx, kinds.endpoint, path.webhook_id, "WHK-42");
    tx.delete(kinds.endpoint, id);
    const open = await tx.find(kinds.delivery, "byEndpoint", id, {
      where: ({ state }) => state === "ready" || state === "waiting",
    });
    for (const delivery of open) {
      tx.put(kinds.delivery, { ...delivery, state: "dropped", nextAttemptAt: null });
    }
    return { status: 200 };
  },

  async retrieveWebhookHeaders({ tx }, { path }) {
    const { headers } = await load(tx, kinds.endpoint, path.webhook_id, "WHK-42");
    const names = Object.keys(headers);
    return {
      status: 200,
      body: {
        headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !isSensitive(name))),
        sensitive: names.filter(isSensitive),
      },
    };
  },

  /** @rule WHK-42 headers that are not named stay */
  async updateWebhookHeaders({ tx, now }, { path, body }) {
    const stored = await load(tx, kinds.endpoint, path.webhook_id, "WHK-42");
    const sent = new Set(Object.keys(body.headers).map((it) => it.toLowerCase()));
    const kept = Object.entries(stored.headers).filter(([name]) => !sent.has(name.toLowerCase()));
    const headers = { ...Object.fromEntries(kept), ...body.headers };
    tx.put(kinds.endpoint, { ...stored, headers, updatedAt: now });
    return { status: 200 };
  },

  async retrieveWebhookSecret({ tx }, { path }) {
    const { secret } = await load(tx, kinds.endpoint, path.webhook_id, "WHK-42");
    return { status: 200, body: { secret } };
  },
};

/** An endpoint as it is made, with a secret of its own unless one is given. */
export const newEndpoint = (
  nextId: NextId,
  now: Instant,
  asked: Omit<Endpoint, "id" | "secret" | "formerSecret" | "recent" | "createdAt" | "updatedAt"> & {
    readonly secret?: string;
  },
): Endpoint => ({
  ...asked,
  id: nextId("whk"),
  secret: asked.secret ?? newSecret(nextId),
  formerSecret: null,
  recent: { second: 0, attempts: 0 },
  createdAt: now,
  updatedAt: now,
});

/** `whsec_` and the base64 of 24 bytes, which are the letters of a new id: the same seed gives the same secret. */
export const newSecret = (nextId: NextId): string =>
  `whsec_${btoa(nextId("whk").padEnd(24, "-").slice(-24))}`;

/** @throws DomainError webhook-invalid */
function urlOf(text: string): string {
  if (webAddress(text)) return text;
  throw new DomainError("webhook-invalid", "WHK-47", {
    message: `\`url\` is ${JSON.stringify(text)} but must be an http or https address such as http://localhost:3000/webhooks`,
  });
}

/**
 * Where a page begins: after an endpoint, or a page before it. Where that one was deleted since, its place is before
 * those that were made earlier: later ids sort after earlier ones.
 *
 * @param endpoints newest first
 */
function startOf(endpoints: readonly Endpoint[], iterator: string): number {
  const [, direction, id, size] = /^(after|before)_(whk_\w+?)(?:_(\d+))?$/.exec(iterator) ?? [];
  if (id === undefined) {
    throw new DomainError("webhook-iterator-invalid", "WHK-41", {
      message: `\`iterator\` is ${JSON.stringify(iterator)}, which no list of endpoints gave; send \`iterator\` or \`prev_iterator\` of one, or leave it out`,
    });
  }
  const known = endpoints.findIndex((it) => it.id === id);
  const earlier = endpoints.findIndex((it) => it.id < id);
  const place = known !== -1 ? known : earlier !== -1 ? earlier : endpoints.length;
  if (direction === "before") return Math.max(place - Number(size), 0);
  return known === -1 ? place : place + 1;
}

/** Headers that carry a credential; they are named, but not shown. */
const isSensitive = (name: string): boolean =>
  /^(authorization|proxy-authorization|cookie)$|key|secret|token|password/i.test(name);

const presentEndpoint = (it: Endpoint): Schemas["WebhookDetails"] => ({
  id: it.id,
  url: it.url,
  description: it.description,
  disabled: it.isDisabled,
  filter_types: it.filterTypes && [...it.filterTypes],
  metadata: it.metadata,
  rate_limit: it.rateLimit,
  created_at: formatInstant(it.createdAt),
  updated_at: formatInstant(it.updatedAt),
});
