import { Customer } from "./customer.js";
import { key, type Stage } from "./stage.js";

/** Something that happened, and the webhooks the application verified and logged because of it. */
export interface Step {
  readonly at: string;
  readonly text: string;
  readonly webhooks: readonly string[];
}

/** Two months of NeuralAPI: Ada's plan goes on past zero and is billed for it, Bob's stops there. */
export async function play(
  stage: Stage,
  onStep: (step: Step) => void,
): Promise<readonly Customer[]> {
  const tell = teller(stage, onStep);
  const advance = (to: string) => stage.sandbox.advance(to, { key });

  const ada = await Customer.subscribe(stage, "Ada", "pro");
  await tell(`Ada takes Pro for $99: ${await state(ada)}`);
  for (const prompt of questions) {
    const { body } = await ada.generate(prompt);
    await tell(`Ada asks "${prompt}" for ${grouped(Number(body["tokens_used"]))} tokens`);
  }
  await tell(`Nothing is counted before the worker has come: ${await state(ada)}`);
  await advance("2026-01-01T09:01:00Z");
  await tell(`The worker comes: ${await state(ada)}`);

  await advance("2026-01-10T20:00:00Z");
  const written = await ada.generateAll(reports(350));
  await tell(`Ada has 350 reports written for ${grouped(written)} tokens`);
  await advance("2026-01-10T20:01:00Z");
  await tell(`That is more than she had, so Pro goes on past zero: ${await state(ada)}`);
  await ada.topUp();
  await tell(`From here a pack is cheaper, $19 for 5,000,000: ${await state(ada)}`);
  await ada.generate(`Sum the reports up in 120,000 tokens`);
  await advance("2026-01-10T20:02:00Z");
  await tell(`The next report is taken from the pack: ${await state(ada)}`);

  await advance("2026-01-12T08:00:00Z");
  const bob = await Customer.subscribe(stage, "Bob", "starter");
  await tell(`Bob takes Starter for $29: ${await state(bob)}`);
  const more = await bob.generateAll(reports(80));
  await advance("2026-01-12T08:01:00Z");
  await tell(
    `His 80 reports take ${grouped(more)} tokens, and Starter ends at zero: ${await state(bob)}`,
  );
  const refused = await bob.generate("One more?");
  await tell(`Bob asks for one more and is answered ${refused.status}: ${refused.body["error"]}`);

  await advance("2026-02-01T09:00:00Z");
  await tell(`Ada's month ends, Pro is paid and renewed: ${await state(ada)}`);
  await advance("2026-02-12T08:00:00Z");
  await tell(`Bob's month ends, Starter is paid and renewed: ${await state(bob)}`);
  await tell(`A webhook with a made-up signature is answered ${await forge(stage)}`);
  return [ada, bob];
}

const questions = [
  "Why does a ledger only ever grow?",
  "Explain quantum computing in one sentence",
  "What is a token?",
];

const reports = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `Write report ${index + 1} in 128,000 tokens`);

async function state(customer: Customer): Promise<string> {
  const { balance, overage } = await customer.credits();
  return `${grouped(balance)} left${overage > 0 ? `, ${grouped(overage)} beyond zero` : ""}`;
}

export const grouped = (count: number): string => count.toLocaleString("en");

/** Tells of a step once the application has got every webhook that was due by then. */
function teller(stage: Stage, onStep: (step: Step) => void): (text: string) => Promise<void> {
  const { application, control, sandbox } = stage;
  let told = application.lines.length;
  const before = told;
  return async (text) => {
    await sandbox.idle({ key });
    const sent = await sandbox.deliveries({ key });
    const delivered = sent.filter((it) => it.status === "delivered");
    await application.said(before + delivered.length);
    const { now } = await control<{ now: string }>("GET", "/clock");
    onStep({ at: now, text, webhooks: application.lines.slice(told) });
    told = application.lines.length;
  };
}

/** Sends the application an event of a stranger's; answers the status it gets. */
async function forge({ application }: Stage): Promise<number> {
  const response = await fetch(`${application.url}/webhooks/dodo`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": "msg_forged",
      "webhook-timestamp": String(Math.floor(Date.now() / 1000)),
      "webhook-signature": "v1,bWFkZSB1cA==",
    },
    body: JSON.stringify({ type: "credit.added", data: { amount: "1000000" } }),
  });
  return response.status;
}
