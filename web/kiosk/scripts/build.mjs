// Bundles the page into dist/. `--check`: fails when dist/ is not what the source builds.
import { readFile, writeFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import esbuild from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

async function bundle() {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: { app: "src/main.tsx", styles: "src/app.css" },
    bundle: true,
    minify: true,
    format: "esm",
    // Kiosks are seldom renewed.
    target: ["chrome90", "firefox90", "safari15"],
    charset: "utf8",
    legalComments: "none",
    outdir: "dist",
    write: false,
  });
  const text = (name) => outputFiles.find((file) => file.path.endsWith(name)).text;
  const html = await readFile(join(root, "src/index.html"), "utf8");
  return { "index.html": html, "app.js": text("app.js"), "app.css": text("styles.css") };
}

const files = await bundle();
let stale = false;
for (const [name, content] of Object.entries(files)) {
  const path = join(root, "dist", name);
  if (process.argv.includes("--check")) {
    const there = await readFile(path, "utf8").catch(() => "");
    if (there !== content) {
      console.error(`dist/${name} is not what the source builds: npm run build`);
      stale = true;
    }
  } else {
    await mkdir(join(root, "dist"), { recursive: true });
    await writeFile(path, content);
  }
  const bytes = Buffer.byteLength(content);
  console.log(`dist/${name}  ${bytes} bytes, ${gzipSync(content).length} gzipped`);
}
process.exitCode = stale ? 1 : 0;
