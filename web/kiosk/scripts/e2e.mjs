// End-to-end tests, or with `--screenshots` pictures, in Chromium. KIOSK_URL: an address of a
// running jobmatchd (http://127.0.0.1:50051); without it the stand-in over made-up data.
import { bundleForNode, root } from "./bundle.mjs";

const pictures = process.argv.includes("--screenshots");
const task = pictures ? "test/screenshots.ts" : "test/e2e.ts";
const [server, tests] = await bundleForNode(["test/server.ts", task]);
let base = process.env.KIOSK_URL;
let standIn;
if (!base) {
  const { serve } = await import(server);
  standIn = await serve(`${root}dist`, {});
  base = standIn.url;
}
const { run } = await import(tests);
const failed = await run(base.replace(/\/$/, ""), `${root}screenshots`);
process.exit(failed ? 1 : 0);
