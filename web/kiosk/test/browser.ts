// Starts Chromium and opens the page, on the stand-in or on a real jobmatchd (KIOSK_URL).
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const SIZES = {
  kiosk: { width: 1080, height: 1920 },
  phone: { width: 390, height: 844 },
} as const;
export type Size = keyof typeof SIZES;

export function launch(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}

export interface Opened {
  context: BrowserContext;
  page: Page;
  /** Errors of the console and of the page, refused requests of other origins among them. */
  errors: string[];
}

/** Opens the first screen and waits until the stream is live. */
export async function open(browser: Browser, base: string, size: Size, settings: Record<string, unknown> = {}): Promise<Opened> {
  const context = await browser.newContext({
    viewport: SIZES[size],
    hasTouch: true,
    isMobile: size === "phone",
    deviceScaleFactor: 1,
    locale: "zh-CN",
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith("data:")) errors.push(`asked ${request.url()}`);
  });
  if (Object.keys(settings).length > 0) {
    await page.route("**/kiosk/config.json", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ json: { ...((await answer.json()) as object), ...settings } });
    });
  }
  await page.goto(`${base}/kiosk/`);
  await page.getByText("实时更新").waitFor();
  await page.locator(".card").first().waitFor();
  return { context, page, errors };
}
