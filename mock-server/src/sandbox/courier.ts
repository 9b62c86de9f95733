import type { Agenda } from "./agenda.js";
import type { Deliveries, Send } from "./ports.js";

/** Most endpoints that are sent to at one time. */
const lanes = 16;

/** Rounds of deliveries at one instant before a receiver is taken to cause them without end. */
const roundsMax = 1000;

/**
 * Sends what is ready, endpoint by endpoint: side by side for different ones, one after another for the same. Nothing
 * is sent inside a transaction, so receivers may call back.
 */
export class Courier {
  readonly #busy = new Map<string, Promise<number>>();
  #isStopped = false;

  constructor(
    private readonly transact: Agenda["transact"],
    private readonly deliveries: Deliveries,
    private readonly send: Send,
  ) {}

  /** Starts sending what is ready, without waiting for it; goes on until nothing is. */
  wake(): void {
    void this.#round().then((attempts) => {
      if (attempts > 0) this.wake();
    }, ignore);
  }

  /**
   * Sends until nothing is ready, and waits for the answers.
   *
   * @returns how many attempts that took
   * @throws Error when what is sent causes something else to send, over and over
   */
  async settle(): Promise<number> {
    let total = 0;
    for (let round = 0; round < roundsMax; round++) {
      const attempts = await this.#round();
      if (attempts === 0) return total;
      total += attempts;
    }
    throw new Error(
      `webhook receivers caused new events in each of ${roundsMax} rounds of deliveries at one instant; a receiver that answers an event by causing the same event never ends`,
    );
  }

  /** Forgets what is under way: answers that still come change nothing. */
  stop(): void {
    this.#isStopped = true;
  }

  /** One round: every endpoint is sent what was ready at its beginning. Answers the number of attempts. */
  async #round(): Promise<number> {
    const ready = await this.transact((unit) => this.deliveries.ready(unit));
    for (const [endpointId, deliveryIds] of ready) {
      if (this.#busy.has(endpointId) || this.#busy.size >= lanes) continue;
      const lane = this.#sendAll(deliveryIds).finally(() => this.#busy.delete(endpointId));
      this.#busy.set(endpointId, lane);
    }
    const attempts = await Promise.all(this.#busy.values());
    return attempts.reduce((sum, it) => sum + it, 0);
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
    for (let copy = 0; copy < copies; copy++) {
      const answered = await this.send(request);
      if (this.#isStopped) break;
      await this.transact((unit) => this.deliveries.conclude(unit, deliveryId, request, answered));
    }
    return copies;
  }
}

/** A background round fails only with the store, whose next caller is told. */
const ignore = () => {};
