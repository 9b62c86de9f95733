import type { Agenda } from "./agenda.js";
import type { Deliveries, Send, Transaction } from "./ports.js";

/** Most endpoints that are sent to at one time. */
const lanesMax = 16;

/** Rounds of deliveries at one instant before a receiver is taken to cause them without end. */
const roundsMax = 100;

/** Receivers that cause something else to send whenever they are sent something. */
export class EndlessDeliveries extends Error {
  override readonly name = "EndlessDeliveries";

  constructor(endpointIds: readonly string[]) {
    super(
      `the receiver of ${endpointIds.join(", ")} caused new events in each of ${roundsMax} rounds of deliveries at one instant; a receiver that answers an event by causing another never ends`,
    );
  }
}

/**
 * Sends what is ready, endpoint by endpoint: side by side for different ones, one after another for the same. Nothing
 * is sent inside a transaction, so receivers may call back.
 */
export class Courier {
  /** Endpoints that are being sent to, with the number of attempts to come. */
  readonly #lanes = new Map<string, Promise<number>>();

  constructor(
    private readonly transact: Agenda["transact"],
    private readonly deliveries: Deliveries,
    private readonly send: Send,
    /** Aborted, it sends nothing more and forgets what is under way: answers that still come change nothing. */
    private readonly until: AbortSignal,
  ) {}

  /** Whether nothing is ready and nothing under way. */
  async isSettled(unit: Transaction): Promise<boolean> {
    if (this.until.aborted) return true;
    return this.#lanes.size === 0 && (await this.deliveries.ready(unit, this.#lanes, 1)).size === 0;
  }

  /** Starts sending what is ready, without waiting for it; goes on until nothing is. */
  wake(): void {
    void this.#open().catch(ignore);
  }

  /**
   * Sends until nothing is ready, and waits for the answers.
   *
   * @returns how many attempts that took
   * @throws EndlessDeliveries
   */
  async settle(): Promise<number> {
    let total = 0;
    let endpointIds: readonly string[] = [];
    for (let round = 0; round < roundsMax; round++) {
      await this.#open();
      if (this.#lanes.size === 0) return total;
      endpointIds = [...this.#lanes.keys()];
      const attempts = await Promise.all(this.#lanes.values());
      total += attempts.reduce((sum, it) => sum + it, 0);
    }
    throw new EndlessDeliveries(endpointIds);
  }

  /** Begins to send to every endpoint that has something ready and is not sent to yet. */
  async #open(): Promise<void> {
    const ready = await this.transact((unit) =>
      this.deliveries.ready(unit, this.#lanes, lanesMax - this.#lanes.size),
    );
    if (this.until.aborted) return;
    for (const [endpointId, deliveryIds] of ready) {
      // Another call may have opened lanes since.
      if (this.#lanes.has(endpointId) || this.#lanes.size >= lanesMax) continue;
      const close = () => this.#lanes.delete(endpointId);
      const lane = this.#sendAll(deliveryIds).then(
        (attempts) => {
          close();
          this.wake();
          return attempts;
        },
        // A task that fails, or a bug: what is left stays ready, and whoever calls next is told.
        () => {
          close();
          return 0;
        },
      );
      this.#lanes.set(endpointId, lane);
    }
  }

  async #sendAll(deliveryIds: readonly string[]): Promise<number> {
    let attempts = 0;
    for (const id of deliveryIds) attempts += await this.#attempt(id);
    return attempts;
  }

  async #attempt(deliveryId: string): Promise<number> {
    const composed = await this.transact((unit) => this.deliveries.compose(unit, deliveryId));
    if (!composed) return 1;
    const { request, copies } = composed;
    for (let copy = 0; copy < copies && !this.until.aborted; copy++) {
      const answered = await this.send(request, this.until);
      if (this.until.aborted) break;
      await this.transact((unit) => this.deliveries.conclude(unit, deliveryId, request, answered));
    }
    return copies;
  }
}

/** Opening fails only with the store, whose next caller is told. */
const ignore = () => {};
