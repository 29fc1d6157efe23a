// Unit tests: bundles test/*.test.ts and runs them with node:test.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { bundleForNode, root } from "./bundle.mjs";

const names = readdirSync(`${root}test`).filter((name) => name.endsWith(".test.ts"));
const files = await bundleForNode(names.map((name) => `test/${name}`));
const { status } = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" });
process.exitCode = status ?? 1;
