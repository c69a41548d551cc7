// Drives VS Code in a headless browser as a person would: looks, types, presses Tab, looks again.
//
// One JSON argument: {playwright, browser, base, folder, sample, ignored, masked, value, typed,
// key, shots}. One JSON line on standard output: what was seen. A person waits and types again; so does
// this, within limits, because a key typed before the extension is active is lost.

import { createRequire } from "node:module";
import { join } from "node:path";

const plan = JSON.parse(process.argv[2]);
const { chromium } = createRequire(import.meta.url)(plan.playwright);

const browser = await chromium.launch({
  executablePath: plan.browser,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  ],
});
const page = await browser.newPage({ viewport: { width: 1100, height: 620 } });
const seen = {};
try {
  await openFile(plan.sample);
  seen.statusAtFirst = await statusSays(/sensitive/);
  seen.ghost = await typeUntilGhost(plan.typed);
  seen.status = await statusSays(/local/);
  await page.screenshot({ path: join(plan.shots, "vscode.png") });
  await page.keyboard.press("Tab");
  await page.locator('[class*="ghost-text"]').first().waitFor({ state: "hidden", timeout: 20_000 });
  await page.keyboard.press("Control+s");
  await page.locator(".tab.dirty").waitFor({ state: "detached", timeout: 20_000 });

  await run("CodeGrex: Preview What Would Be Sent");
  seen.preview = await textOf("What would be sent");
  await page.screenshot({ path: join(plan.shots, "vscode-preview.png") });

  await keepKey("openai", plan.key);
  seen.key = await keyOf("openai", "has a key");
  await page.keyboard.press("Escape");

  await openFile(plan.masked);
  seen.maskedHover = await hoverOver(plan.value);
  await page.screenshot({ path: join(plan.shots, "vscode-masked.png") });
  seen.maskedActions = await quickFixes(plan.value);
  await page.locator(".action-widget .monaco-list-row").filter({ hasText: "Not a secret" }).click();
  await page.locator(".squiggly-info").first().waitFor({ state: "detached", timeout: 20_000 });
  seen.allowed = true;

  await openFile(plan.ignored);
  seen.ignoredStatus = await statusSays(/not read/);
  seen.ignoredReason = await tooltip();
  await page.screenshot({ path: join(plan.shots, "vscode-ignored.png") });

  await run("CodeGrex: Explain Whether This File Is Read");
  seen.explained = (await page.locator(".notification-toast").innerText()).trim();
  await page.getByRole("button", { name: "Open Rule" }).click();
  seen.rule = await textOf("kept from every model");

  await run("CodeGrex: Set Privacy Mode");
  await page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "offline" }).click();
  seen.tightened = await statusSays(/offline/);
} catch (error) {
  seen.error = String(error);
  await page.screenshot({ path: join(plan.shots, "failed.png") });
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));

async function openFile(path) {
  const address = `vscode-remote://${new URL(plan.base).host}${path}`;
  const query = new URLSearchParams({
    folder: plan.folder,
    payload: JSON.stringify([["openFile", address]]),
  });
  await page.goto(`${plan.base}/?${query}`);
  await page.locator(".monaco-editor .view-line").first().waitFor({ timeout: 60_000 });
}

/** The text of our status bar item once it matches. */
async function statusSays(pattern) {
  const item = page.locator('.statusbar-item[id*="codegrex"]').filter({ hasText: pattern });
  await item.waitFor({ timeout: 60_000 });
  return (await item.innerText()).trim();
}

/** What hovering over our status bar item shows. */
async function tooltip() {
  await page.locator('.statusbar-item[id*="codegrex"]').hover();
  const hover = page.locator(".monaco-hover").last();
  await hover.waitFor({ timeout: 20_000 });
  return (await hover.innerText()).trim();
}

/** What hovering over a text of the editor shows, once it is underlined. */
async function hoverOver(text) {
  await page.locator(".squiggly-info").first().waitFor({ state: "attached", timeout: 60_000 });
  const hover = page.locator(".monaco-hover:visible").filter({ hasText: "masked" });
  await page.locator(".view-line span span").filter({ hasText: text }).last().hover();
  await hover.filter({ hasText: "Placeholder" }).waitFor({ timeout: 20_000 });
  return (await hover.innerText()).trim();
}

/** The quick fixes for a text of the editor. */
async function quickFixes(text) {
  await page.locator(".view-line span span").filter({ hasText: text }).last().click();
  await page.keyboard.press("Control+.");
  const widget = page.locator(".action-widget").filter({ hasText: "Not a secret" });
  await widget.waitFor({ timeout: 20_000 });
  return (await widget.innerText()).trim();
}

/** Runs a command as a person finds it: by its title in the palette. */
async function run(title) {
  await page.keyboard.press("F1");
  await page.keyboard.type(title, { delay: 10 });
  await page.locator(".quick-input-list .monaco-list-row").filter({ hasText: title }).waitFor();
  await page.keyboard.press("Enter");
}

/** Sets a provider's key. */
async function keepKey(provider, key) {
  const row = await keyRow(provider, "needs a key");
  await row.click();
  const input = page.locator('.quick-input-box input[type="password"]');
  await input.waitFor({ timeout: 20_000 });
  await input.fill(key);
  await page.keyboard.press("Enter");
  await input.waitFor({ state: "hidden", timeout: 20_000 });
}

/** What the list of keys says of a provider, once it says this. */
async function keyOf(provider, text) {
  return (await (await keyRow(provider, text)).innerText()).trim();
}

async function keyRow(provider, text) {
  const rows = page.locator(".quick-input-list .monaco-list-row");
  const row = rows.filter({ hasText: provider }).filter({ hasText: text }).first();
  for (let attempt = 0; attempt < 8; attempt += 1) {
    await run("CodeGrex: Set Key");
    try {
      await row.waitFor({ timeout: 5_000 });
      return row;
    } catch {
      await page.keyboard.press("Escape");
    }
  }
  throw new Error(`${provider}: ${text} was not shown.`);
}

/** All that the editor with this heading shows. */
async function textOf(heading) {
  const lines = page.locator(".monaco-editor .view-lines").filter({ hasText: heading }).first();
  await lines.waitFor({ timeout: 60_000 });
  return lines.innerText();
}

async function typeUntilGhost(text) {
  await page.locator(".monaco-editor .view-lines").first().click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(text, { delay: 40 });
  const ghost = page.locator('[class*="ghost-text"]').first();
  for (let attempt = 0; attempt < 8; attempt += 1) {
    try {
      await ghost.waitFor({ timeout: 12_000 });
      return (await page.locator('[class*="ghost-text"]').allInnerTexts()).join("");
    } catch {
      await page.keyboard.press("Escape");
      await page.keyboard.press("Backspace");
      await page.keyboard.type(text.slice(-1));
    }
  }
  throw new Error("No ghost text showed.");
}
