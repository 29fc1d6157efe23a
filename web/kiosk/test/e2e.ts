// What a person does at the screen, in Chromium, at the size of the kiosk and of a phone. Nothing
// here knows what is on offer: the tests find it on the screen, so they run against any server.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-node";
import type { Browser, Page } from "playwright-core";
import { create } from "@bufbuild/protobuf";
import { readConfig } from "../src/config";
import { EmploymentKind, PayUnit } from "../src/gen/jobmatch/v1/common_pb";
import { NearbyService } from "../src/gen/jobmatch/v1/nearby_pb";
import { JobPostingSchema, PostingService, PostingStatus } from "../src/gen/jobmatch/v1/posting_pb";
import { midnight, toCivil } from "../src/time";
import { launch, open, type Opened, type Size } from "./browser";

interface Test extends Opened {
  base: string;
  size: Size;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const cards = (page: Page) => page.locator(".cards .card");
const total = async (page: Page) => Number(await page.locator(".summary strong").innerText());
const settled = (page: Page) => page.locator(".cards.loading").waitFor({ state: "detached" });
const code = () => `E2E-${Math.random().toString(36).slice(2, 10)}`;

/** Presses something and waits for the answer that it asks for. */
async function answered(page: Page, act: () => Promise<void>) {
  await act();
  await page.waitForTimeout(50);
  await settled(page);
}

async function unfold(page: Page) {
  const toggle = page.locator(".where-toggle");
  if (await toggle.isVisible()) await toggle.click();
}

/** Opens the first posting that has places. */
async function openFree(page: Page): Promise<string> {
  const free = cards(page).filter({ hasText: /还要\d+人/ }).first();
  const title = await free.locator(".card-title").innerText();
  await free.locator(".card-title button").click();
  await page.getByText("说好的条件").waitFor();
  return title;
}

async function find({ page }: Test) {
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "现在附近有什么活");
  assert.ok((await total(page)) >= 1);
  assert.ok((await cards(page).count()) <= (await total(page)));
  for (const order of ["钱多", "最早开工", "最近"]) {
    const button = page.getByRole("button", { name: order });
    await answered(page, () => button.click());
    assert.equal(await button.getAttribute("aria-pressed"), "true");
  }
  await page.getByRole("button", { name: "最合适" }).click();
  await page.getByText("先点一点您的条件").waitFor();
}

async function trade({ page }: Test) {
  const before = await total(page);
  const chip = page.locator(".trades .chip").nth(1);
  const count = Number(await chip.locator("small").innerText());
  await answered(page, () => chip.click());
  assert.ok((await total(page)) >= count, "at least as many as the button told, more where it was widened");
  assert.ok((await page.locator(".trades .chip").count()) > 2, "the other trades can still be chosen");
  await answered(page, () => page.locator(".trades .chip").first().click());
  assert.equal(await total(page), before);
}

async function slider({ page }: Test) {
  const range = page.getByRole("slider");
  await answered(page, () => range.fill("60"));
  const far = await total(page);
  await answered(page, () => range.fill("10"));
  const near = await total(page);
  assert.ok(near <= far, `${near} within ten minutes, ${far} within an hour`);
  await answered(page, () => page.getByRole("button", { name: "远一点" }).click());
  assert.equal(await range.inputValue(), "15");
}

async function posting({ page }: Test) {
  const title = await openFree(page);
  const heading = page.getByRole("heading", { level: 1 });
  assert.equal(await heading.innerText(), title);
  assert.ok(await heading.evaluate((h) => h === document.activeElement), "the heading has the focus");
  await page.getByRole("button", { name: "返回" }).click();
  await page.getByRole("heading", { name: "现在附近有什么活" }).waitFor();
  const focused = await page.evaluate(() => document.activeElement?.textContent);
  assert.equal(focused, title, "back where one was");
}

async function takeAndGiveBack({ page }: Test) {
  await openFree(page);
  const places = page.locator(".facts div").filter({ hasText: "名额" }).locator("dd");
  const before = (await places.innerText()).trim();
  await page.getByRole("button", { name: "我要去" }).click();
  await page.locator("#code").fill(code());
  await page.getByRole("button", { name: "给我留位" }).click();
  await page.getByText("已为您留位15分钟，请到柜台确认").waitFor();
  await page.getByRole("button", { name: "不去了，退回名额" }).click();
  await page.getByText("名额已退回").waitFor();
  await page.waitForTimeout(1_500);
  assert.equal((await places.innerText()).trim(), before, "as many places as before");
}

async function personalNumbers({ page }: Test) {
  let taken = 0;
  page.on("request", (request) => request.url().endsWith("/TakeSlot") && (taken += 1));
  await openFree(page);
  await page.getByRole("button", { name: "我要去" }).click();
  const numbers = { "13800001111": "手机号", "+86 138-0000-1111": "手机号", "37010219700101001X": "身份证号", "370102700101001": "身份证号" };
  for (const [number, words] of Object.entries(numbers)) {
    await page.locator("#code").fill(number);
    await page.getByText(`这像是${words}`).waitFor();
    assert.ok(await page.getByRole("button", { name: "给我留位" }).isDisabled());
    await page.locator("#code").press("Enter");
  }
  assert.equal(taken, 0, "no such number left the page");
}

async function idle({ page, base, context }: Test) {
  await page.getByRole("textbox", { name: "想干什么" }).fill("baoan");
  await page.getByRole("button", { name: "钱多" }).click();
  await openFree(page);
  await page.getByText("您还在用吗").waitFor();
  await page.keyboard.press("Shift");
  await page.getByText("您还在用吗").waitFor({ state: "detached" });
  assert.ok(await page.getByText("说好的条件").isVisible(), "a sign of life keeps the page");
  await page.getByRole("button", { name: "我要去" }).click();
  await page.locator("#code").fill("E2E-SECRET");
  await page.getByRole("heading", { name: "现在附近有什么活" }).waitFor({ timeout: 20_000 });
  assert.equal(await page.getByRole("textbox", { name: "想干什么" }).inputValue(), "");
  assert.equal(await page.getByRole("button", { name: "最近" }).getAttribute("aria-pressed"), "true");
  assert.ok(!(await page.content()).includes("E2E-SECRET"));
  const kept = await page.evaluate(async () => ({
    local: localStorage.length,
    session: sessionStorage.length,
    bases: (await indexedDB.databases()).length,
    state: history.state as unknown,
  }));
  assert.deepEqual(kept, { local: 0, session: 0, bases: 0, state: null });
  assert.deepEqual(await context.cookies(base), []);
}

/** Presses Tab until the focus is on what is looked for. */
async function tabTo(page: Page, selector: string) {
  for (let presses = 0; presses < 120; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return;
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

async function keyboard({ page }: Test) {
  await tabTo(page, ".tab");
  await tabTo(page, "input[type=range]");
  await answered(page, () => page.keyboard.press("ArrowRight"));
  assert.equal(await page.getByRole("slider").inputValue(), "20");
  await tabTo(page, ".card-title button");
  const outlined = await page.evaluate(() => getComputedStyle(document.activeElement!, "::after").outlineStyle);
  assert.equal(outlined, "solid", "the focus is seen");
  await page.keyboard.press("Enter");
  await page.getByText("说好的条件").waitFor();
  await tabTo(page, ".go");
  await page.keyboard.press("Enter");
  await page.keyboard.type(code());
  await page.keyboard.press("Enter");
  await page.getByText("已为您留位15分钟").waitFor();
  await tabTo(page, ".kept .button");
  await page.keyboard.press("Enter");
  await page.getByText("名额已退回").waitFor();
}

/** Clients of the services for what the page itself never does. */
async function writers(base: string) {
  const answer = await fetch(`${base}/kiosk/config.json`);
  const config = readConfig(await answer.json());
  const key = process.env["KIOSK_KEY"] ?? config.apiKey;
  const transport = createGrpcWebTransport({ baseUrl: base, httpVersion: "1.1" });
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  const options = { headers };
  const near = createClient(NearbyService, transport);
  const { origin } = await near.nearbyPostings({ area: { origin: config.origin } }, options);
  return { postings: createClient(PostingService, transport), options, origin };
}

async function offlineAndCatchUp({ page, base, context, size, errors }: Test) {
  const { postings, options, origin } = await writers(base);
  const tomorrow = toCivil(midnight(Date.now(), 1)).slice(0, 10);
  const make = (name: string, headcount: number) =>
    create(JobPostingSchema, {
      id: `e2e-${size}-${name}`,
      status: PostingStatus.OPEN,
      kind: EmploymentKind.GIG,
      title: `搬运工（试${name}）`,
      pay: { minYuan: 210, maxYuan: 210, unit: PayUnit.DAY },
      headcount,
      place: { point: origin },
      window: { start: `${tomorrow}T08:00`, end: `${tomorrow}T17:00` },
    });
  const put = (name: string) => postings.updatePosting({ posting: make(name, 2), allowMissing: true }, options);
  const remove = (name: string) => postings.deletePosting({ id: `e2e-${size}-${name}`, allowMissing: true }, options);
  const card = (name: string) => cards(page).filter({ hasText: `试${name}` });
  try {
    await put("a");
    await card("a").waitFor({ timeout: 5_000 });
    assert.ok(await card("a").getByText("新来的活").isVisible());
    await context.setOffline(true);
    await page.getByText("离线，正在重连").waitFor();
    await put("b");
    await remove("a");
    await page.waitForTimeout(2_500);
    assert.equal(await card("b").count(), 0);
    await context.setOffline(false);
    await page.getByText("实时更新").waitFor({ timeout: 15_000 });
    await card("b").waitFor({ timeout: 5_000 });
    await card("a").getByText("刚刚撤下了").waitFor({ timeout: 5_000 });
  } finally {
    await context.setOffline(false);
    await remove("a");
    await remove("b");
  }
  errors.length = 0;
}

interface AxeResult {
  violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
  passes: unknown[];
}

async function axe(page: Page, where: string): Promise<string> {
  await page.evaluate(axeSource);
  const result = (await page.evaluate(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
  )) as AxeResult;
  const bad = result.violations.map((v) => `${v.impact} ${v.id}: ${v.nodes[0]?.html} ${v.nodes[0]?.failureSummary}`);
  assert.deepEqual(bad, [], where);
  return `${where} ${result.passes.length} rules passed`;
}

async function accessible({ page }: Test) {
  const told = [await axe(page, "first")];
  await page.getByRole("button", { name: "我的条件" }).click();
  await answered(page, () => page.getByRole("button", { name: "健康证" }).click());
  await unfold(page);
  told.push(await axe(page, "conditions"));
  await openFree(page);
  told.push(await axe(page, "posting"));
  await page.getByRole("button", { name: "我要去" }).click();
  await page.locator("#code").fill("13800001111");
  told.push(await axe(page, "code"));
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "服务点" }).click();
  await page.locator(".station, .nothing").first().waitFor();
  told.push(await axe(page, "stations"));
  return `no violations; ${told.join(", ")}`;
}

/** Sizes for a finger and an arm's length; nothing runs out at the side. */
async function legible({ page, size }: Test) {
  const least = size === "kiosk" ? 64 : 44;
  const root = await page.evaluate(() => getComputedStyle(document.documentElement).fontSize);
  assert.equal(root, size === "kiosk" ? "28px" : "17px");
  const check = async (where: string) => {
    const small = await page.evaluate((least) => {
      const targets = [...document.querySelectorAll<HTMLElement>("button, input, a.skip:focus")];
      return targets
        .filter((t) => t.offsetParent && !t.matches(".card-title button"))
        .filter((t) => t.offsetHeight < least || t.offsetWidth < least)
        .map((t) => `${t.textContent || t.id} ${t.offsetWidth}x${t.offsetHeight}`);
    }, least);
    assert.deepEqual(small, [], where);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${where} runs out by ${wide} px`);
  };
  await unfold(page);
  const map = page.locator(".map-toggle");
  if (await map.isVisible()) await map.click();
  await page.getByRole("button", { name: "我的条件" }).click();
  await check("first");
  await openFree(page);
  await check("posting");
  await page.getByRole("button", { name: "我要去" }).click();
  await check("code");
}

async function map({ page }: Test) {
  const toggle = page.locator(".map-toggle");
  if (await toggle.isVisible()) await toggle.click();
  const dot = page.locator(".dot").first();
  const label = (await dot.getAttribute("aria-label")) ?? "";
  assert.match(label, /[东南西北]边\d+分钟/);
  await dot.click();
  await (label.includes("这一片") ? page.getByText("只看图上这一片") : page.getByText("说好的条件")).waitFor();
}

async function search({ page }: Test) {
  await page.getByRole("textbox", { name: "想干什么" }).fill("baoan");
  await answered(page, () => page.getByRole("button", { name: "找", exact: true }).click());
  await page.getByText("按“保安”找的").waitFor();
  assert.equal(await page.getByRole("button", { name: "最合适" }).getAttribute("aria-pressed"), "true");
  await page.getByRole("button", { name: "清空" }).click();
  await page.getByText("按“保安”找的").waitFor({ state: "detached" });
}

async function stations({ page }: Test) {
  await page.getByRole("button", { name: "服务点" }).click();
  await page.locator(".station, .nothing").first().waitFor();
  const before = await page.locator(".station").count();
  await page.getByRole("button", { name: "失业登记" }).click();
  await page.waitForTimeout(800);
  assert.ok((await page.locator(".station").count()) <= before);
}

type Case = [name: string, act: (test: Test) => Promise<string | void>, settings?: Record<string, unknown>];
const CASES: Case[] = [
  ["finds what is near, in every order", find],
  ["filters by trade", trade],
  ["moves the slider", slider],
  ["opens a posting and comes back", posting],
  ["shows dots that are buttons", map],
  ["reads what is typed by sound", search],
  ["lists service points", stations],
  ["takes a place and gives it back", takeAndGiveBack],
  ["refuses numbers of a person", personalNumbers],
  ["wipes everything when idle", idle, { idle_seconds: 3 }],
  ["works by keyboard alone", keyboard],
  ["is told offline and catches up", offlineAndCatchUp],
  ["has no violations of axe", accessible],
  ["is legible and wide enough for fingers", legible],
];

async function one(browser: Browser, base: string, size: Size, [name, act, settings]: Case): Promise<boolean> {
  const began = Date.now();
  const opened = await open(browser, base, size, settings);
  opened.page.setDefaultTimeout(8_000);
  try {
    const told = await act({ ...opened, base, size });
    assert.deepEqual(opened.errors, [], "errors on the console, or requests to other origins");
    console.log(`ok      ${size} ${name} (${Date.now() - began} ms)${told ? `\n        ${told}` : ""}`);
    return true;
  } catch (error) {
    console.log(`FAILED  ${size} ${name}\n${(error as Error).stack}`);
    return false;
  } finally {
    await opened.context.close();
  }
}

/** Runs all, or those whose name holds E2E_ONLY. Whether any failed. */
export async function run(base: string): Promise<boolean> {
  const browser = await launch();
  const only = process.env["E2E_ONLY"] ?? "";
  const done: boolean[] = [];
  for (const size of ["kiosk", "phone"] as Size[]) {
    for (const test of CASES.filter(([name]) => name.includes(only))) done.push(await one(browser, base, size, test));
  }
  await browser.close();
  console.log(`${done.filter(Boolean).length} of ${done.length} passed`);
  return done.includes(false);
}
