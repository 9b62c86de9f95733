import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { browserTest } from "../harness/browser-test.js";
import { plainHttp } from "../harness/clients.js";
import { attach, oneTimePrice, recurringPrice, sell } from "../harness/storefront.js";
import { overExpress } from "../harness/transports.js";
import { type Customer, start, World, withOverage } from "../harness/world.js";
import { open as openHolding } from "../scenarios/support/open-holding.js";

/** The pages of the sandbox, as a person uses them. */

const key = "dodo_test_pages";
const red = { light: "rgb(179, 38, 30)", dark: "rgb(255, 138, 128)" };

/** A server of its own, and an empty world on it. */
async function open(): Promise<{ readonly world: World; readonly url: string }> {
  const opened = await overExpress.open({ at: start, frozen: true });
  return { world: new World(key, opened, plainHttp.connect(opened, key)), url: opened.baseUrl };
}

/** The link as the sandbox in process makes it: without what opens it. */
const withoutPass = (link: string): string => link.replace(/(?<=\/(?:pay|portal)\/)[\w-]+\//, "");

/** Has the page act with the key, where its link opens nothing by itself. */
async function enter(page: Page, text = key): Promise<void> {
  await page.getByLabel("Key").fill(text);
  await page.keyboard.press("Enter");
}

const textOf = async (element: Locator): Promise<string> => (await element.textContent()) ?? "";

const said = (page: Page) => page.getByRole("status");

/** Waits until the page says something, and answers it. */
async function saying(page: Page): Promise<string> {
  await said(page).filter({ hasText: /\S/ }).waitFor();
  return textOf(said(page));
}

browserTest("the front page gives its own address, and the documents it links to", async (page) => {
  const { url } = await open();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).origin));
  await page.goto(url);
  expect(await page.title()).toBe("Drawdown");
  const [construction, call] = await page.locator("pre").allTextContents();
  expect(construction).toContain(`baseURL: "${url}"`);
  expect(call).toContain(`curl -X POST ${url}/_sandbox/clock/advance`);
  const names = ["openapi.yaml", "sandbox.yaml", "behaviours.yaml", "COVERAGE.md"];
  expect(await page.getByRole("link").allTextContents()).toEqual(names);
  for (const name of names) {
    const { status } = await fetch(`${url}/_sandbox/${name}`);
    expect([name, status]).toEqual([name, 200]);
  }
  expect(new Set(asked)).toEqual(new Set([new URL(url).origin]));
});

/** A checkout of 100 tokens for 10 USD a month, or of a pack of 20 for 5 USD, twice. */
async function checkout(world: World, what: "plan" | "two packs", more: object = {}) {
  const at = await openHolding(world);
  const [price, amount, quantity] =
    what === "plan" ? [recurringPrice(), "100", 1] : [oneTimePrice(), "20", 2];
  const product = await sell(world, price, [attach(at.entitlement, amount)], { name: what });
  const { checkout_url } = await world.ok<{ checkout_url: string }>("createCheckoutSession", {
    body: {
      product_cart: [{ product_id: product.product_id, quantity }],
      customer: { customer_id: at.customer.customer_id },
      ...more,
    },
  });
  return { ...at, url: checkout_url };
}

browserTest("the pay page shows what a session asks for, and what was paid", async (page) => {
  const { world } = await open();
  const { url } = await checkout(world, "two packs");
  await page.goto(url);
  const session = page.locator("#session span");
  const lines = ["2 × two packs", "$10.00", "includes Tokens", "40 token", "To pay now", "$10.00"];
  await page.getByText("To pay now").waitFor();
  expect(await session.allTextContents()).toEqual(lines);
  await page.getByRole("button", { name: "Pay" }).click();
  expect(await saying(page)).toBe("Paid.");
  expect(await session.allTextContents()).toEqual(lines);
  expect(await page.getByRole("group", { name: "Test card" }).isVisible()).toBe(false);
});

const cards = [
  { name: "4242 4242 4242 4242 succeeds", says: "Paid.", renews: true },
  { name: "4000 0000 0000 0002 is declined", says: /^The card was declined\./, renews: false },
  { name: "4000 0000 0000 9995 has no funds", says: /^The card was declined\./, renews: false },
  { name: "4000 0000 0000 0341 fails at renewal", says: "Paid.", renews: false },
];

for (const { name, says, renews } of cards) {
  browserTest(`the pay page takes the card ${name}`, async (page) => {
    const { world } = await open();
    const at = await checkout(world, "plan");
    await page.goto(at.url);
    await page.getByRole("radio", { name, exact: true }).check();
    await page.getByRole("button", { name: "Pay" }).click();
    expect(await saying(page)).toMatch(says);
    const first = says === "Paid." ? ["credit_added +100 : 0→100, overage 0→0"] : [];
    expect(await world.ledger(at)).toBe(first.join("\n"));
    await world.advance("P1M");
    const second = renews ? ["credit_added +100 : 100→200, overage 0→0"] : [];
    expect(await world.ledger(at)).toBe([...first, ...second].join("\n"));
  });
}

browserTest("CHK-13 a customer may give up on the pay page, and come back", async (page) => {
  const { world } = await open();
  const at = await checkout(world, "plan");
  await page.goto(at.url);
  await page.getByRole("button", { name: "Cancel" }).click();
  expect(await saying(page)).toBe("Cancelled. Nothing was issued.");
  expect(await world.ledger(at)).toBe("");
  await page.getByRole("button", { name: "Pay" }).click();
  await page.getByText("Paid.").waitFor();
  expect(await world.ledger(at)).toBe("credit_added +100 : 0→100, overage 0→0");
});

browserTest("the pay page is used by keyboard alone, and after a refusal again", async (page) => {
  const { world } = await open();
  const at = await checkout(world, "two packs");
  await page.goto(withoutPass(at.url));
  await page.keyboard.press("Tab");
  await page.keyboard.type(key);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Pay" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  expect(await saying(page)).toBe("The card was declined. Nothing was issued; try another.");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await said(page).getByText("Paid.").waitFor();
  expect((await world.balance(at)).balance).toBe("40");
});

browserTest(
  "a link without a pass has the pay page ask for the key once a tab, and again when it is wrong",
  async (page) => {
    const { world } = await open();
    const { url } = await checkout(world, "plan");
    await page.goto(withoutPass(url));
    await enter(page, "dodo_live_oops");
    expect(await saying(page)).toMatch(/the key starts with dodo_live_/);
    await enter(page, "dodo_test_somebody");
    await said(page)
      .getByText(/^Item not found/)
      .waitFor();
    await enter(page);
    const pay = page.getByRole("button", { name: "Pay" });
    await pay.waitFor();
    await page.reload();
    await pay.click();
    expect(await saying(page)).toBe("Paid.");
    await page.reload();
    expect(await saying(page)).toBe("This session is paid.");
    expect(await pay.isVisible()).toBe(false);
  },
);

browserTest(
  "the pay page takes the key from the end of its address, and goes back",
  async (page) => {
    const { world, url: shop } = await open();
    const at = await checkout(world, "plan", { return_url: `${shop}/?account` });
    await page.goto(`${withoutPass(at.url)}#${key}`);
    await page.getByRole("button", { name: "Pay" }).click();
    await page.waitForURL(/\?account/);
    const query = Object.fromEntries(new URL(page.url()).searchParams);
    expect(query).toEqual({
      account: "",
      subscription_id: expect.stringMatching(/^sub_/),
      status: "active",
      email: "ada@example.com",
    });
  },
);

/** Opens the portal of a customer. */
async function openPortal(page: Page, world: World, { customer_id }: Customer, query = {}) {
  const { link } = await world.ok<{ link: string }>("createCustomerPortalSession", {
    path: { customer_id },
    query,
  });
  await page.goto(link);
  await page.getByRole("heading", { name: "Credits of Ada" }).waitFor();
}

const figure = (page: Page) => page.locator("#figure");

/** The figure with its unit, and its colour. */
const shown = async (page: Page) => ({
  text: `${await textOf(figure(page))} ${await textOf(page.locator("#unit"))}`,
  color: await figure(page).evaluate((it) => getComputedStyle(it).color),
});

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(
    `CUS-08 the portal shows the balance, and at zero the overage in red, when it is ${colorScheme}`,
    async (page) => {
      const { world } = await open();
      const at = await openHolding(world, withOverage({ precision: 2 }));
      await world.credit(at, "1234.5");
      await openPortal(page, world, at.customer);
      const plain = await page.locator("h1").evaluate((it) => getComputedStyle(it).color);
      expect(await shown(page)).toEqual({ text: "1,234.50 token left", color: plain });
      await world.debit(at, "1234.5");
      await openPortal(page, world, at.customer);
      expect(await shown(page)).toEqual({ text: "0.00 token left", color: plain });
      await world.debit(at, "70000.25");
      await openPortal(page, world, at.customer);
      const over = { text: "70,000.25 token of overage", color: red[colorScheme] };
      expect(await shown(page)).toEqual(over);
      await world.credit(at, "1");
      await openPortal(page, world, at.customer);
      expect(await shown(page)).toEqual({ text: "1.00 token left", color: plain });
    },
    { colorScheme },
  );
}

browserTest(
  "CUS-09 several credits are chosen between, by pointer or by keyboard",
  async (page) => {
    const { world } = await open();
    const tokens = await openHolding(world);
    const images = {
      ...tokens,
      entitlement: await world.entitlement({ name: "Images", unit: "image" }),
    };
    const choice = page.getByRole("group", { name: "Credit" });
    await world.credit(tokens, "100");
    await openPortal(page, world, tokens.customer);
    await figure(page).waitFor();
    expect(await choice.isVisible()).toBe(false);
    await world.credit(images, "8");
    await openPortal(page, world, tokens.customer);
    await page.getByRole("radio", { name: "Images" }).check({ force: true });
    expect((await shown(page)).text).toBe("8 image left");
    await page.keyboard.press("ArrowLeft");
    expect((await shown(page)).text).toBe("100 token left");
    expect(await page.getByRole("radio", { name: "Tokens" }).isChecked()).toBe(true);
    expect(await page.getByRole("region", { name: "Tokens" }).isVisible()).toBe(true);
  },
);

browserTest("CUS-10 the portal lists movements with all their digits", async (page) => {
  const { world, url: shop } = await open();
  const at = await openHolding(world, { precision: 10 });
  await world.credit(at, "9876543210.0000000002", { reason: "Welcome" });
  await world.debit(at, "9876543210.0000000001");
  await openPortal(page, world, at.customer, { return_url: `${shop}/account` });
  await figure(page).waitFor();
  const [day, much] = ["2026-01-0100:00", "9,876,543,210.0000000002"];
  const rows = await page.getByRole("row").all();
  expect(await Promise.all(rows.slice(1).map((it) => it.locator("td").allTextContents()))).toEqual([
    [day, "Usage Deduction", "-9,876,543,210.0000000001", "0.0000000001"],
    [day, "One-Time CreditsWelcome", `+${much}`, much],
  ]);
  expect(await page.getByRole("link", { name: "Back" }).getAttribute("href")).toBe(
    `${shop}/account`,
  );
});

browserTest("the portal of a customer without credits says so", async (page) => {
  const { world } = await open();
  await openPortal(page, world, await world.customer());
  expect(await saying(page)).toBe("There are no credits yet.");
});

/** The cells of the table's body, row by row. */
const cells = async (page: Page): Promise<readonly (readonly string[])[]> => {
  const rows = (await page.getByRole("row").all()).slice(1);
  return Promise.all(rows.map((it) => it.locator("td").allTextContents()));
};

browserTest("CUS-25 the portal leads through the whole history, page by page", async (page) => {
  const { world } = await open();
  const at = await openHolding(world);
  for (let count = 1; count <= 101; count++) await world.credit(at, "1");
  await openPortal(page, world, at.customer);
  const [newer, older] = ["Newer", "Older"].map((name) => page.getByRole("button", { name }));
  if (!newer || !older) throw new Error("there are no buttons");
  const pages = page.getByRole("navigation", { name: "Pages" });
  const balances = async () => (await cells(page)).map((it) => it[3]);
  const from = (first: number, last: number) =>
    Array.from({ length: first - last + 1 }, (_, index) => String(first - index));
  await pages.getByText("Page 1 of 3").waitFor();
  expect(await balances()).toEqual(from(101, 52));
  expect(await newer.isDisabled()).toBe(true);
  await older.click();
  await pages.getByText("Page 2 of 3").waitFor();
  expect(await balances()).toEqual(from(51, 2));
  await older.click();
  await pages.getByText("Page 3 of 3").waitFor();
  expect(await balances()).toEqual(["1"]);
  expect(await older.isDisabled()).toBe(true);
  await newer.click();
  await pages.getByText("Page 2 of 3").waitFor();
  expect(await balances()).toEqual(from(51, 2));
});

browserTest("CUS-26 the portal says what expires when", async (page) => {
  const { world } = await open();
  const at = await openHolding(world);
  await world.credit(at, "1000", { expires_at: "2026-01-31T00:00:00Z" });
  await openPortal(page, world, at.customer);
  const list = page.getByRole("list", { name: "What expires" }).getByRole("listitem");
  await figure(page).waitFor();
  expect(await list.allTextContents()).toEqual(["1,000 token, all of it, expires 2026-01-31"]);
  await world.credit(at, "5");
  await world.credit(at, "20", { expires_at: "2026-01-15T00:00:00Z" });
  await openPortal(page, world, at.customer);
  await list.nth(1).waitFor();
  expect(await list.allTextContents()).toEqual([
    "20 token of it expires 2026-01-15",
    "1,000 token of it expires 2026-01-31",
  ]);
});

browserTest("CUS-27 the portal keeps overage apart", async (page) => {
  const { world } = await open();
  const at = await openHolding(world, withOverage());
  await world.credit(at, "10");
  await openPortal(page, world, at.customer);
  await figure(page).waitFor();
  const over = page.locator("#over");
  expect([await over.isVisible(), (await cells(page))[0]?.slice(2)]).toEqual([
    false,
    ["+10", "10"],
  ]);
  await world.debit(at, "1510");
  await world.credit(at, "7");
  await openPortal(page, world, at.customer);
  await over.waitFor();
  expect(await textOf(over)).toBe("and 1,500 token of overage");
  expect((await shown(page)).text).toBe("7 token left");
  expect((await cells(page)).map((it) => it.slice(2))).toEqual([
    ["+7", "71,500 overage"],
    ["-1,500", "01,500 overage"],
    ["-10", "0"],
    ["+10", "10"],
  ]);
});
