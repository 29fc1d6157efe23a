// Pictures of the screens at both sizes, over made-up data.
import type { Page } from "playwright-core";
import { launch, open, type Size } from "./browser";

/** On a phone some choices are folded. */
async function unfold(page: Page) {
  const toggle = page.locator(".where-toggle");
  if (await toggle.isVisible()) await toggle.click();
}

const SCREENS: Record<string, (page: Page) => Promise<void>> = {
  first: async () => {},
  conditions: async (page) => {
    await page.getByRole("button", { name: "我的条件" }).click();
    await page.getByRole("button", { name: "健康证" }).click();
    await page.getByRole("button", { name: "最合适" }).click();
  },
  widened: async (page) => {
    await unfold(page);
    await page.getByRole("slider").fill("5");
    await page.getByRole("button", { name: "走路" }).click();
    await page.getByRole("button", { name: "明天" }).click();
    await page.getByRole("button", { name: "当天结钱" }).click();
    await page.locator(".note").waitFor();
  },
  search: async (page) => {
    await page.getByRole("textbox", { name: "想干什么" }).fill("baoan");
    const keys = page.getByRole("button", { name: "拼音键盘" });
    if (await keys.isVisible()) await keys.click();
    await page.getByRole("button", { name: "找", exact: true }).click();
    await page.locator(".read-as").waitFor();
  },
  nothing: async (page) => {
    await unfold(page);
    await page.locator(".trades").getByRole("button", { name: /^电工/ }).click();
    await page.getByRole("button", { name: "今天" }).click();
    await page.getByText("这会儿没有合适的活").waitFor();
  },
  cards: async (page) => {
    await page.locator(".card").nth(7).scrollIntoViewIfNeeded();
  },
  map: async (page) => {
    const toggle = page.locator(".map-toggle");
    if (await toggle.isVisible()) await toggle.click();
    await page.locator(".dot.several").first().click();
  },
  long: async (page) => {
    await page.locator(".card-title button", { hasText: "超市理货" }).click();
    await page.getByText("说好的条件").waitFor();
  },
  reasons: async (page) => {
    await page.getByRole("button", { name: "我的条件" }).click();
    await page.getByRole("button", { name: "健康证" }).click();
    await page.waitForTimeout(600);
    await page.locator(".card-title button", { hasText: "酒席传菜" }).click();
    await page.getByText("跟您合不合适").waitFor();
    await page.getByText("跟您合不合适").scrollIntoViewIfNeeded();
  },
  posting: async (page) => {
    await page.locator(".card-title button").nth(3).click();
    await page.getByText("说好的条件").waitFor();
  },
  code: async (page) => {
    await page.locator(".card-title button").first().click();
    await page.getByRole("button", { name: "我要去" }).click();
    await page.locator("#code").fill("13800001111");
  },
  held: async (page) => {
    await page.locator(".card-title button").nth(2).click();
    await page.getByRole("button", { name: "我要去" }).click();
    await page.locator("#code").fill("SAMPLE-7");
    await page.getByRole("button", { name: "给我留位" }).click();
    await page.getByText("已为您留位15分钟").waitFor();
  },
  stations: async (page) => {
    await page.getByRole("button", { name: "服务点" }).click();
    await page.locator(".station").first().waitFor();
  },
  offline: async (page) => {
    await page.context().setOffline(true);
    await page.getByText("离线，正在重连").waitFor();
  },
};

export async function run(base: string, folder: string): Promise<void> {
  const browser = await launch();
  for (const size of ["kiosk", "phone"] as Size[]) {
    const only = process.env["SCREEN"] ?? "";
    for (const [name, act] of Object.entries(SCREENS).filter(([name]) => name.includes(only))) {
      const { context, page } = await open(browser, base, size);
      await act(page).catch((error: unknown) => console.error(size, name, String(error).slice(0, 300)));
      await page.waitForTimeout(700);
      await page.screenshot({ path: `${folder}/${name}-${size}.png` });
      await context.close();
    }
    const { context, page } = await open(browser, base, size, { idle_seconds: 2 });
    await page.getByRole("button", { name: "钱多" }).click();
    await page.getByText("您还在用吗").waitFor();
    await page.screenshot({ path: `${folder}/idle-${size}.png` });
    await context.close();
  }
  await browser.close();
}
