import { setTimeout } from "node:timers/promises";
import type { Stage } from "./stage.js";

/** An answer of the application, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, string | number | null>>;
}

/** Somebody who uses NeuralAPI: what they click, and what the service has written down about it. */
export class Customer {
  #generations = 0;

  private constructor(
    private readonly stage: Stage,
    readonly name: string,
    readonly id: string,
  ) {}

  /** Takes a plan and pays for it, which makes the customer. */
  static async subscribe(stage: Stage, name: string, plan: "starter" | "pro"): Promise<Customer> {
    const email = `${name.toLowerCase()}@example.com`;
    const order = { plan, email, name };
    return new Customer(stage, name, await buy(stage, "/checkout/subscribe", order));
  }

  /** Buys a pack and pays for it. */
  async topUp(): Promise<void> {
    await buy(this.stage, "/checkout/topup", { customer_id: this.id });
  }

  /** Asks the model something. Its usage has reached the service when this returns, but the worker has not seen it. */
  async generate(prompt: string): Promise<Answer> {
    const answer = await this.#ask(prompt);
    await this.#usageArrived();
    return answer;
  }

  /** Has many answers written, some at a time; returns their tokens, all together. */
  async generateAll(prompts: readonly string[]): Promise<number> {
    const waiting = [...prompts];
    let tokens = 0;
    const work = async () => {
      for (let prompt = waiting.pop(); prompt !== undefined; prompt = waiting.pop()) {
        const { body } = await this.#ask(prompt);
        tokens += Number(body["tokens_used"]);
      }
    };
    await Promise.all(Array.from({ length: concurrencyMax }, work));
    await this.#usageArrived();
    return tokens;
  }

  /** Balance and overage as the application shows them. */
  async credits(): Promise<{ readonly balance: number; readonly overage: number }> {
    const response = await fetch(`${this.stage.application.url}/credits/${this.id}`);
    const { balance, overage } = await response.json();
    return { balance: Number(balance), overage: Number(overage) };
  }

  async #ask(prompt: string): Promise<Answer> {
    const answer = await post(this.stage, "/api/generate", { customer_id: this.id, prompt });
    if (answer.status === 200) this.#generations += 1;
    return answer;
  }

  /** The application answers before it has sent the usage, so whoever wants to count on it has to look. */
  async #usageArrived(): Promise<void> {
    for (let look = 0; look < looksMax; look += 1) {
      if ((await this.#events()) === this.#generations) return;
      await setTimeout(lookEveryMs);
    }
    throw new Error(`The usage of ${this.name} never arrived; see what the application logged`);
  }

  async #events(): Promise<number> {
    let count = 0;
    const all = { customer_id: this.id, page_size: 100, page_number: 0 };
    for await (const _ of this.stage.dodo.usageEvents.list(all)) count += 1;
    return count;
  }
}

const concurrencyMax = 16;
const lookEveryMs = 10;
const looksMax = 1000;

async function post(stage: Stage, path: string, body: object): Promise<Answer> {
  const response = await fetch(`${stage.application.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** Opens a checkout and pays as on the sandbox's page, with the card that succeeds; answers who did. */
async function buy(stage: Stage, path: string, order: object): Promise<string> {
  const { status, body } = await post(stage, path, order);
  const session = /cks_\w+/.exec(String(body["checkout_url"]))?.[0];
  if (session === undefined) throw new Error(`${path} answered ${status}: ${body["error"]}`);
  const { customer_id } = await stage.control<{ customer_id: string }>(
    "POST",
    `/checkouts/${session}/complete`,
    { outcome: "succeeds" },
  );
  return customer_id;
}
