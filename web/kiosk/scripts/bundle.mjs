// Bundles TypeScript for Node into .build/, packages left outside.
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Bundles `entries`, paths in the folder of the page; the answer is the paths of the outputs. */
export async function bundleForNode(entries) {
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: entries,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    outbase: ".",
    outdir: ".build",
    outExtension: { ".js": ".mjs" },
    logLevel: "warning",
  });
  return entries.map((entry) => `${root}.build/${entry.replace(/\.tsx?$/, ".mjs")}`);
}
