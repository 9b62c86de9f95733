import type { Policy } from "../domain/policy.js";
import type { Instant } from "../domain/time.js";
import { Agenda, type TaskRunners } from "./agenda.js";
import { SandboxClock } from "./clock.js";
import { seededIds } from "./ids.js";
import type { OpenStore, Store } from "./ports.js";

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
  readonly businessId: string;
}

/** One bearer token's world: its own data, clock and ids. */
export class Tenant {
  readonly #store: Store;
  #world: World;

  constructor(
    readonly key: string,
    private readonly beginning: Beginning,
    openStore: OpenStore,
    private readonly runners: TaskRunners,
  ) {
    this.#store = openStore(key);
    this.#world = this.#begin(beginning);
  }

  get clock(): SandboxClock {
    return this.#world.clock;
  }

  get agenda(): Agenda {
    return this.#world.agenda;
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

  isEmpty(): Promise<boolean> {
    return this.#store.isEmpty();
  }

  /** Forgets everything and starts again, with whatever of the beginning is not given as it was. */
  async reset(changes: Partial<Beginning> = {}): Promise<void> {
    await this.#store.clear();
    this.#world = this.#begin({ ...this.beginning, ...changes });
  }

  #begin({ at, isFrozen, seed, policy }: Beginning): World {
    const clock = new SandboxClock(at, isFrozen);
    const nextId = seededIds(`${seed} ${this.key}`);
    const businessId = nextId("bus");
    const agenda = new Agenda(this.#store, clock, nextId, this.runners, policy);
    return { clock, businessId, agenda };
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
