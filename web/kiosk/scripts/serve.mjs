// The page over made-up data, to look at: http://127.0.0.1:8090/kiosk/
import { bundleForNode, root } from "./bundle.mjs";

const [file] = await bundleForNode(["test/server.ts"]);
const { serve } = await import(file);
const { url } = await serve(`${root}dist`, {}, Number(process.env.PORT ?? 8090));
console.log(`${url}/kiosk/ with made-up data`);
