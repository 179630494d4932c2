// What the browser tests stand on: a sandbox of their own, a browser, the texts of the language files.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');

/** Texts of one language: `key -> text` for the plain messages of a language file. */
export function texts(language) {
  const lines = readFileSync(join(root, 'locales', language, 'web.ftl'), 'utf8').split('\n');
  const found = {};
  for (const line of lines) {
    const match = /^([a-z][\w-]*) = (.+)$/.exec(line);
    if (match) found[match[1]] = match[2].trim();
  }
  return (key) => {
    if (!(key in found)) throw new Error(`no text ${key} in ${language}`);
    return found[key];
  };
}

async function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts `postdesk sandbox` in a fresh folder. */
export async function startSandbox() {
  const binary = process.env.POSTDESK ?? join(root, 'target', 'debug', 'postdesk');
  const data = mkdtempSync(join(tmpdir(), 'postdesk-browser-'));
  const [desk, microsoft, smtp] = [await freePort(), await freePort(), await freePort()];
  const arguments_ = ['sandbox', '--data', data, '--listen', `127.0.0.1:${desk}`, '--microsoft', `127.0.0.1:${microsoft}`, '--smtp', `127.0.0.1:${smtp}`];
  const env = { RUST_LOG: 'warn,engine=debug,exchange=info', ...process.env };
  const child = spawn(binary, arguments_, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const stage = {
    desk: `http://127.0.0.1:${desk}`,
    microsoft: `http://127.0.0.1:${microsoft}`,
    smtp,
    output: () => output,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
      rmSync(data, { recursive: true, force: true });
    },
    /** The stand-in's control API. */
    async control(path, body, method = 'POST') {
      const answer = await fetch(`${stage.microsoft}/_sandbox/${path}`, body === undefined ? {} : {
        method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`/_sandbox/${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
  };
  for (let tries = 0; ; tries++) {
    try { await fetch(`${stage.desk}/sign-in`); return stage; } catch (error) {
      if (tries > 300 || child.exitCode !== null) throw new Error(`the sandbox does not start: ${output}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** A browser; each `person` is somebody with a profile of their own. */
export async function startBrowser() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  return {
    async person(language, size = { width: 1280, height: 900 }) {
      const context = await browser.newContext({
        locale: language === 'ja' ? 'ja-JP' : 'en-GB',
        timezoneId: language === 'ja' ? 'Asia/Tokyo' : 'Europe/London',
        viewport: size,
      });
      context.setDefaultTimeout(20_000);
      const page = await context.newPage();
      // A violated Content-Security-Policy or a script error is a fault of ours wherever it shows.
      page.complaints = [];
      page.on('console', (message) => { if (message.type() === 'error') page.complaints.push(message.text()); });
      page.on('response', (response) => { if (response.status() >= 400) page.complaints.push(`${response.status()} ${response.url()}`); });
      page.on('pageerror', (error) => page.complaints.push(String(error)));
      return page;
    },
    close: () => browser.close(),
  };
}

/** The owner of a fresh sandbox. */
export const ADMIN = { email: 'admin@postdesk.example', password: 'postdesk-sandbox' };

/** Signs in at the desk. */
export async function signIn(page, stage, t, person = ADMIN) {
  await page.goto(stage.desk);
  await page.getByLabel(t('email')).fill(person.email);
  await page.getByLabel(t('password')).fill(person.password);
  await page.getByRole('button', { name: t('sign-in'), exact: true }).click();
  await page.waitForURL(/tickets/);
}

/** Signs in at the stand-in's pages, whatever of them is shown and in whatever language, until it leads back to the desk. */
export async function signInAtMicrosoft(page, stage, person) {
  await page.waitForURL((url) => url.href.startsWith(stage.microsoft));
  const password = page.locator('#i0118');
  const another = page.locator('#otherTile');
  await password.or(another).first().waitFor();
  if (!(await password.isVisible())) await another.click();
  await page.locator('#i0116').fill(person.upn);
  await password.fill(person.password);
  await shot(page, 'microsoft-sign-in');
  await page.locator('#idSIButton9').click();
  const accept = page.locator('#idBtn_Accept');
  const home = page.waitForURL((url) => url.href.startsWith(stage.desk));
  await Promise.race([accept.waitFor(), home]);
  if (!page.url().startsWith(stage.microsoft)) return;
  const scopes = page.locator('input[name=scope], input[name=role]');
  assert.ok(await scopes.first().isChecked(), 'each permission can be seen and unticked');
  await shot(page, 'microsoft-consent');
  await accept.click();
  await page.waitForURL((url) => url.href.startsWith(stage.desk));
}

/** Waits until `check` gives something. */
export async function poll(what, check) {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const result = await check();
    if (result) return result;
    if (Date.now() > deadline) throw new Error(`waited 15 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

/** Keeps a picture when SHOTS names a folder. */
export async function shot(page, name) {
  if (!process.env.SHOTS) return;
  mkdirSync(process.env.SHOTS, { recursive: true });
  await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`) });
}
