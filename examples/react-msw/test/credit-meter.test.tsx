import { override } from "@drawdown/mock-server/msw";
import { HttpResponse } from "msw";
import { setupWorker } from "msw/browser";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { render } from "vitest-browser-react";
import { CreditMeter } from "../page/credit-meter.js";
import { type Backend, enter, openBackend } from "./backend.js";

const worker = setupWorker();
let backend: Backend;

beforeAll(() => worker.start({ quiet: true, onUnhandledRequest: "bypass" }));
afterAll(() => worker.stop());

beforeEach(async () => {
  backend = await openBackend();
  worker.resetHandlers(...backend.handlers);
});

const use = (amount: string) => enter(backend.client, backend.account, "debit", amount);

const show = (onTopUp: (url: string) => void = () => undefined) =>
  render(<CreditMeter onTopUp={onTopUp} />);

test("shows what is left after spending", async () => {
  await use("270");
  const screen = await show();
  await expect.element(screen.getByText("730 tokens left")).toBeVisible();
  await expect.element(screen.getByRole("meter")).toHaveAttribute("value", "0.73");
  await expect.element(screen.getByText("730 expire on January 31.")).toBeVisible();
  await expect.element(screen.getByRole("region")).toHaveAttribute("data-level", "fine");
});

test("says when credits run low", async () => {
  await use("801");
  const screen = await show();
  await expect.element(screen.getByText("Running low")).toBeVisible();
  await expect.element(screen.getByText("199 tokens left")).toBeVisible();
});

test("shows none once the month is over", async () => {
  await use("270");
  await backend.sandbox.advance("30d");
  const screen = await show();
  await expect.element(screen.getByText("0 tokens left")).toBeVisible();
  await expect.element(screen.getByText("Used up")).toBeVisible();
  await expect.element(screen.getByText("Top up to go on.")).toBeVisible();
  await expect.element(screen.getByRole("meter")).toHaveAttribute("value", "0");
});

test("shows overage in red", async () => {
  await use("1035");
  const screen = await show();
  const figure = screen.getByText("35 tokens over");
  await expect.element(figure).toBeVisible();
  await expect.element(figure).toHaveStyle({ color: "rgb(179, 38, 30)" });
  await expect.element(screen.getByText(/on your next invoice/)).toBeVisible();
});

test("tops up, and shows it when the customer is back", async () => {
  const opened: string[] = [];
  const screen = await show((url) => opened.push(url));
  await screen.getByRole("button", { name: "Top up" }).click();
  await expect.poll(() => opened).toEqual([expect.stringMatching(/\/_sandbox\/pay\/cks_\w+$/)]);
  const session = opened[0]?.split("/").at(-1);
  await backend.client.post(`/_sandbox/checkouts/${session}/complete`, {
    body: { outcome: "succeeds" },
  });
  window.dispatchEvent(new Event("focus"));
  await expect.element(screen.getByText("2,000 tokens left")).toBeVisible();
});

test("says so when the billing service is down, and recovers", async () => {
  const down = { code: "INTERNAL_SERVER_ERROR", message: "down" };
  worker.use(override("retrieveBalance", () => HttpResponse.json(down, { status: 503 })));
  const screen = await show();
  await expect.element(screen.getByRole("alert")).toHaveTextContent(/cannot be shown right now/);
  worker.resetHandlers();
  await screen.getByRole("button", { name: "Try again" }).click();
  await expect.element(screen.getByText("1,000 tokens left")).toBeVisible();
});
