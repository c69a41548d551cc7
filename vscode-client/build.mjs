// Bundles the extension into dist/, with the licences of everything that ends up inside.

import { build } from "esbuild";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

const { metafile } = await build({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  minify: true,
  platform: "node",
  target: "node20", // of VS Code 1.91
  format: "cjs",
  external: ["vscode"],
  metafile: true,
});

const inside = Object.keys(metafile.inputs).map((file) =>
  file.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.at(1),
);
const notices = [...new Set(inside)].filter(Boolean).sort().map(notice);
writeFileSync("dist/THIRD-PARTY.txt", notices.join("\n\n"));

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) {
    throw new Error(`${name} has no licence file, so it can not be shipped.`);
  }
  return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, "utf8")}`;
}
