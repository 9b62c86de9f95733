import { DomainError } from "../domain/errors.js";
import type { Policy } from "../domain/policy.js";
import type { Instant } from "../domain/time.js";
import { Agenda, type TaskRunners } from "./agenda.js";
import { Alarm, type SetTimer } from "./alarm.js";
import { SandboxClock } from "./clock.js";
import { Courier } from "./courier.js";
import { seededIds } from "./ids.js";
import type { Deliveries, OpenStore, Recorded, Send, Store, Unit } from "./ports.js";
import { all } from "./tables.js";

/** How a tenant's world begins, and begins again at a reset. */
export interface Beginning {
  /** Instant its clock starts at; null: the machine's time. */
  readonly at: Instant | null;
  readonly isFrozen: boolean;
  readonly seed: string;
  readonly policy: Policy;
}

interface World {
  readonly clock: SandboxClock;
  readonly agenda: Agenda;
  readonly courier: Courier;
  readonly alarm: Alarm;
  readonly businessId: string;
  /** How many endpoints it began with, once they are there. */
  readonly begun: Promise<number>;
}

/** What the wire format adds to a tenant: what tasks do, and how deliveries are recorded and put together. */
export interface Behaviour {
  readonly runners: TaskRunners;
  /** Puts in place what is there from the start; answers how many endpoints. */
  begin(unit: Unit, key: string): Promise<number>;
  record(unit: Unit): Promise<Recorded>;
  deliveriesOf(businessId: string): Deliveries;
}

/** What a tenant reaches outside through. */
export interface Outside {
  readonly openStore: OpenStore;
  readonly send: Send;
  readonly setTimer: SetTimer;
}

/** One bearer token's world: its own data, clock and ids. */
export class Tenant {
  readonly #store: Store;
  #world: World;
  #isMoving = false;

  constructor(
    readonly key: string,
    private readonly beginning: Beginning,
    private readonly outside: Outside,
    private readonly behaviour: Behaviour,
  ) {
    this.#store = outside.openStore(key);
    this.#world = this.#begin(beginning);
  }

  get clock(): SandboxClock {
    return this.#world.clock;
  }

  get agenda(): Agenda {
    return this.#world.agenda;
  }

  /** Sends webhooks. */
  get courier(): Courier {
    return this.#world.courier;
  }

  /** How it answers what sources answer differently. */
  get policy(): Policy {
    return this.#world.agenda.policy;
  }

  set policy(policy: Policy) {
    this.#world.agenda.policy = policy;
  }

  /** Also the id of its one brand, as observed for primary brands. */
  get businessId(): string {
    return this.#world.businessId;
  }

  /** Whether it holds nothing but what was there from the start. */
  async isEmpty(): Promise<boolean> {
    const first = await this.#world.begun;
    const endpoints = await this.#store.transaction(async (tx) => tx.find("endpoint", "all", all));
    return endpoints.length === first && (await this.#store.isEmpty(["endpoint"]));
  }

  /**
   * Moves the clock, and does everything that falls due on the way; answers how many tasks ran.
   *
   * @throws DomainError clock-busy while another call moves it: waiting could be for a receiver that waits for this one
   */
  async advance(to: Instant): Promise<number> {
    const { agenda, alarm } = this.#world;
    if (this.#isMoving) {
      throw new DomainError("clock-busy", "", {
        message:
          "the clock is being moved by another call; wait until that one is answered, and do not move the clock from a webhook receiver, which the move waits for",
      });
    }
    this.#isMoving = true;
    try {
      return await agenda.advance(to);
    } finally {
      this.#isMoving = false;
      await alarm.adjust();
    }
  }

  async freeze(isFrozen: boolean): Promise<void> {
    if (isFrozen) this.clock.freeze();
    else this.clock.unfreeze();
    await this.#world.alarm.adjust();
  }

  /** Forgets everything and starts again, with whatever of the beginning is not given as it was. */
  async reset(changes: Partial<Beginning> = {}): Promise<void> {
    this.#world.alarm.off();
    this.#world.courier.stop();
    await this.#store.clear();
    this.#world = this.#begin({ ...this.beginning, ...changes });
  }

  #begin({ at, isFrozen, seed, policy }: Beginning): World {
    const clock = new SandboxClock(at, isFrozen);
    const nextId = seededIds(`${seed} ${this.key}`);
    const businessId = nextId("bus");
    const { runners, record, deliveriesOf } = this.behaviour;
    const agenda: Agenda = new Agenda(
      this.#store,
      clock,
      nextId,
      runners,
      {
        record,
        committed({ isReady, hasEndpoints }) {
          if (isReady) courier.wake();
          if (hasEndpoints) void alarm.set();
        },
        async settle() {
          await courier.settle();
        },
      },
      policy,
    );
    const transact: Agenda["transact"] = (work) => agenda.transact(work);
    const courier = new Courier(transact, deliveriesOf(businessId), this.outside.send);
    const alarm = new Alarm(clock, agenda, this.outside.setTimer);
    const begun = transact((unit) => this.behaviour.begin(unit, this.key));
    courier.wake(); // a durable store may hold deliveries from before
    return { clock, businessId, agenda, courier, alarm, begun };
  }
}

/** What a bearer token opens. */
export interface Access {
  readonly tenant: Tenant;
  readonly mayWrite: boolean;
}

/** Every tenant of a sandbox, by the keys that open it. */
export class Tenants {
  readonly #accesses = new Map<string, Access>();

  constructor(
    private readonly open: (key: string) => Tenant,
    /** Most keys, so that a loop over random ones ends in an error instead of in an empty machine. */
    readonly keysMax: number,
  ) {}

  /** What the key opens, its tenant made on first use; `undefined` when there are too many. */
  access(key: string): Access | undefined {
    const known = this.#accesses.get(key);
    if (known || this.#accesses.size >= this.keysMax) return known;
    const access = { tenant: this.open(key), mayWrite: true };
    this.#accesses.set(key, access);
    return access;
  }

  /** Lets another key open a tenant; `false` when that key opens one already. */
  addKey(key: string, access: Access): boolean {
    if (this.#accesses.has(key)) return false;
    this.#accesses.set(key, access);
    return true;
  }
}
