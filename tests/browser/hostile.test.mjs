// Mail that means harm, in a real browser: each body of the corpus is mailed to a mailbox, imported, and opened as an agent
// would, while the network is watched. Nothing runs, nothing is loaded, nothing leads away, nothing covers the desk.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shot, signIn, signInAtMicrosoft, startBrowser, startSandbox, texts } from './stage.mjs';
import { sendRaw } from './smtp.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const t = texts('en');
const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

/** What the corpus holds, and what is too long to be written down. */
function bodies() {
  const file = readFileSync(join(here, '..', '..', 'crates', 'mail', 'hostile-html', 'bodies.txt'), 'utf8');
  const unescaped = (html) => html.replaceAll('\\0', '\0').replace(/\\u([0-9a-f]{4})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
  const written = file.split(/^== /m).slice(1).map((record) => {
    const end = record.indexOf('\n');
    return { name: record.slice(0, end), html: unescaped(record.slice(end + 1)) };
  });
  const evil = '<img src=x onerror=alert(1)><script>alert(1)</script><p style="background:url(https://evil.example/bad.png)">x</p>';
  const utf7 = '+ADw-script+AD4-alert(1)+ADw-/script+AD4-+ADw-img src=x onerror=alert(1)+AD4-';
  return [
    ...written,
    { name: '100,000 open elements', html: '<div>'.repeat(100_000) + evil },
    { name: '100,000 tables', html: '<table><tr><td>'.repeat(33_000) + evil },
    { name: 'an attribute without end', html: `<p title="${'x'.repeat(1_000_000)}">${evil}` },
    { name: 'ten thousand attributes', html: `<img ${Array.from({ length: 10_000 }, (_, n) => `onx${n}=alert(1)`).join(' ')} src=x onerror=alert(1)>` },
    { name: 'five megabytes', html: evil.repeat(37_000) },
    { name: 'UTF-7', html: utf7, charset: 'utf-7' },
    { name: 'UTF-7 that says it is UTF-8', html: `<meta charset=utf-7>${utf7}` },
    { name: 'a charset that breaks out', html: evil, charset: '"><script>alert(1)</script>' },
    { name: 'ISO-2022-JP that swallows a quote', html: '<img alt="\x1b$B" src="x"><p title="\x1b(B onerror=alert(1) <script>alert(1)</script>">x</p>', charset: 'iso-2022-jp' },
    { name: 'Shift_JIS that swallows a quote', html: Buffer.from('<img alt="\x81" title=" onerror=alert(1) src=x><script>alert(1)</script>">', 'latin1'), charset: 'shift_jis' },
    { name: 'UTF-16', html: Buffer.from(`\ufeff${evil}`, 'utf16le'), charset: 'utf-16le' },
    { name: 'a subject of markup <script>alert(1)</script>', html: evil },
  ];
}

const cases = bodies().map((body, n) => ({ ...body, word: `hostile-${String(n).padStart(3, '0')}-x` }));
let browser; let stage; let page; let to;
const left = []; const dialogs = []; const opened = [];

/** A mail, byte by byte. */
function mailOf({ name, html, charset, word }, to) {
  const head = [
    `From: "Stranger ${word}" <${word}@outside.example>`, `To: <${to}>`, `Subject: ${word} ${name}`,
    `Message-ID: <${word}@outside.example>`, `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`, 'MIME-Version: 1.0',
    `Content-Type: text/html; charset=${JSON.stringify(charset ?? 'utf-8')}`, 'Content-Transfer-Encoding: base64', '', '',
  ].join('\r\n');
  // The word is seen where the frame shows anything: a test that looks at an empty frame would find nothing.
  const bytes = charset === 'utf-16le' ? html : Buffer.concat([Buffer.from(`<p>${word}</p>`), Buffer.from(html)]);
  return head + bytes.toString('base64').replace(/.{76}/g, '$&\r\n') + '\r\n';
}

before(async () => {
  browser = await startBrowser();
  stage = await startSandbox();
  const shown = /Microsoft 365\s+(\S+) \/ (\S+)/.exec(stage.output());
  const support = { upn: shown[1], password: shown[2] };
  to = (await stage.control('people')).find((p) => p.upn === support.upn).mail ?? support.upn;
  await sendRaw(stage.smtp, to, [...cases.map((body) => mailOf(body, to)), fileMail(to), foldMails(to)[0]]);

  page = await browser.person('en');
  const context = page.context();
  // The rest of the world answers everything, so that what gets out is not missed for want of an answer.
  await context.route((url) => url.origin !== stage.desk && url.origin !== stage.microsoft && url.protocol.startsWith('http'), (route) => route.fulfill({ contentType: 'image/png', body: PICTURE }));
  await signIn(page, stage, t);
  await page.goto(`${stage.desk}/admin/channels/email/addresses/connect/exchange`);
  await page.getByRole('button', { name: t('next'), exact: true }).click();
  await signInAtMicrosoft(page, stage, support);
  await page.getByRole('button', { name: t('done'), exact: true }).click();
  const deadline = Date.now() + 240_000;
  while ((await tickets()).size < cases.length + 1 && Date.now() < deadline) await page.waitForTimeout(1_500);

  const own = (url) => url.startsWith(stage.desk) || url.startsWith('data:') || url === 'about:blank' || url === 'about:srcdoc';
  context.on('request', (request) => { if (!own(request.url())) left.push({ url: request.url(), type: request.resourceType(), referer: request.headers().referer }); });
  context.on('dialog', (dialog) => { dialogs.push(dialog.message()); dialog.dismiss().catch(() => {}); });
  context.on('page', (other) => opened.push(other.url()));
});
after(async () => { await page?.context().close(); await stage?.stop(); await browser?.close(); });

/** The tickets of the cases: word -> address. */
async function tickets() {
  const found = new Map();
  for (let path = '/tickets?q=hostile'; path;) {
    await page.goto(stage.desk + path);
    for (const link of await page.locator('table.tickets td.c-subject a').all()) {
      const word = /hostile-\d+-x|hostile files/.exec(await link.textContent())?.[0];
      if (word) found.set(word, await link.getAttribute('href'));
    }
    const older = page.locator('.pager a').last();
    path = (await older.count()) ? await older.getAttribute('href') : null;
  }
  return found;
}

/** Opens a ticket and waits for its mail. */
async function openMail(tab, path) {
  await tab.goto(stage.desk + path);
  await tab.waitForFunction(() => {
    const frame = document.querySelector('iframe.mail');
    return frame?.contentDocument?.readyState === 'complete' && frame.contentDocument.querySelector('.postdesk-mail');
  });
}

/** What stands in the frame, looked at from the page around it: no script runs inside. */
const looked = (tab) => tab.evaluate(() => {
  const frame = document.querySelector('iframe.mail');
  const inside = frame.contentDocument;
  const mail = inside.querySelector('.postdesk-mail');
  const allowed = new Set('A ABBR ADDRESS B BDI BDO BIG BLOCKQUOTE BR CAPTION CENTER CITE CODE COL COLGROUP DD DEL DETAILS DFN DIV DL DT EM FIGCAPTION FIGURE FONT H1 H2 H3 H4 H5 H6 HR I IMG INS KBD LI MARK OL P PRE Q RP RT RUBY S SAMP SMALL SPAN STRIKE STRONG SUB SUMMARY SUP TABLE TBODY TD TFOOT TH THEAD TIME TR TT U UL VAR WBR'.split(' '));
  const faults = [];
  const bar = inside.querySelector('.postdesk-bar');
  const barBottom = bar ? bar.getBoundingClientRect().bottom : 0;
  for (const element of mail.querySelectorAll('*')) {
    if (element.namespaceURI !== 'http://www.w3.org/1999/xhtml' || !allowed.has(element.tagName)) faults.push(`<${element.tagName}>`);
    if (element.shadowRoot) faults.push('a shadow root');
    for (const { name, value } of element.attributes) {
      if (name.startsWith('on') || ['id', 'name', 'srcset', 'background', 'hx-get', 'popover', 'ping', 'autofocus', 'tabindex'].includes(name)) faults.push(`${name}=${value.slice(0, 80)}`);
      if (name === 'style' && /url|position|@import|expression|\\/i.test(value)) faults.push(`style=${value.slice(0, 200)}`);
    }
    if (element.tagName === 'A' && element.href && !['http:', 'https:', 'mailto:', 'tel:'].includes(element.protocol)) faults.push(`href=${element.href.slice(0, 80)}`);
    if (element.tagName === 'A' && (element.target !== '_blank' || !/noopener/.test(element.rel) || !/noreferrer/.test(element.rel))) faults.push(`a link that opens here: ${element.outerHTML.slice(0, 120)}`);
    const style = inside.defaultView.getComputedStyle(element);
    if (style.position !== 'static') faults.push(`position:${style.position}`);
    if (/url\(/.test(style.backgroundImage + style.listStyleImage + style.cursor + style.content + style.maskImage)) faults.push('a picture by style');
  }
  for (const element of inside.querySelectorAll('script, iframe, object, embed, form, input, button, link, meta[http-equiv], video, audio, svg, math, template')) faults.push(`${element.tagName} in the frame`);
  if (inside.querySelectorAll('base, style').length !== 2) faults.push('a base or style of its own');
  // What stands above the mail is not covered by it.
  if (bar && inside.elementFromPoint(20, Math.max(1, barBottom - 5))?.closest('.postdesk-mail')) faults.push('the bar is covered');
  const box = frame.getBoundingClientRect();
  if (box.width > document.querySelector('.conversation').getBoundingClientRect().width + 1) faults.push('the frame is wider than its place');
  return { faults, words: mail.innerText, pictures: inside.querySelector('.postdesk-bar a[href*=pictures]')?.getAttribute('href') ?? null };
});

test('nothing of a hostile mail runs, loads, leads away or covers the desk', async () => {
  const found = await tickets();
  const missing = cases.filter((body) => !found.has(body.word)).map((body) => body.name);
  assert.deepEqual(missing, [], 'each mail became a ticket');
  const asked = []; const faults = []; const queue = [...cases];
  settle();
  const agents = [page, await page.context().newPage()];
  opened.length = 0;
  await Promise.all(agents.map(async (tab) => {
    for (let body = queue.shift(); body; body = queue.shift()) {
      await openMail(tab, found.get(body.word));
      const { faults: seen, words, pictures } = await looked(tab);
      if (!words.includes(body.word) && body.charset !== 'utf-16le') seen.push(`the frame shows nothing: ${words.slice(0, 80)}`);
      if (new URL(tab.url()).pathname !== found.get(body.word)) seen.push(`the page went to ${tab.url()}`);
      if (seen.length) faults.push(`${body.name}: ${[...new Set(seen)].slice(0, 5).join('; ')}`);
      if (pictures) asked.push({ ...body, path: found.get(body.word) });
    }
  }));
  assert.deepEqual(faults, []);
  assert.deepEqual(left, [], 'nothing left the desk');
  assert.deepEqual([dialogs, opened], [[], []], 'nothing ran, no window opened');
  assert.deepEqual(page.complaints.filter((said) => !said.includes('404')), [], 'the policies had nothing to stop');

  // The pictures are asked for: they come, and nothing but they.
  assert.ok(asked.length >= 3, 'some mails have pictures to ask for');
  for (const body of asked) {
    await openMail(page, body.path);
    await page.frameLocator('iframe.mail').getByRole('link', { name: t('show-pictures') }).click();
    await page.waitForFunction(() => {
      const inside = document.querySelector('iframe.mail').contentDocument;
      return inside?.URL.includes('pictures=show') && inside.readyState === 'complete';
    });
    const { faults: seen } = await looked(page);
    assert.deepEqual(seen, [], body.name);
  }
  assert.ok(left.length >= 4, 'pictures came');
  assert.deepEqual(left.filter(({ referer }) => referer), [], 'nobody learns where the desk is');
  assert.deepEqual(left.filter(({ url, type }) => type !== 'image' || !/^https?:\/\/evil\.example\/picture/.test(url)), [], 'only pictures came');
  settle();
});

/** Forgets what was seen so far. */
function settle() { left.length = 0; dialogs.length = 0; opened.length = 0; page.complaints.length = 0; }

test('were the cleaning to fail, the frame alone would hold', async () => {
  const found = await tickets();
  const raw = cases.filter((body) => !body.charset && body.html.length < 5_000).map((body) => body.html).filter((html) => !/<!--|plaintext|<style>[^<]*$/.test(html));
  await page.route('**/comments/*/body', async (route) => {
    const answer = await route.fetch();
    const text = (await answer.text()).replace('<div class="postdesk-mail">', () => `<div class="postdesk-mail">${raw.join('\n')}`);
    await route.fulfill({ response: answer, body: text });
  });
  settle();
  await page.goto(stage.desk + [...found.values()][0]);
  await page.waitForFunction(() => document.querySelector('iframe.mail')?.contentDocument?.querySelector('script, svg, form'));
  await page.waitForTimeout(1_000);
  assert.deepEqual(dialogs, [], 'no script runs');
  assert.equal(new URL(page.url()).pathname, [...found.values()][0], 'the page stays where it is');
  assert.deepEqual(page.frames().map((frame) => new URL(frame.url(), stage.desk).origin).filter((origin) => origin !== stage.desk && origin !== 'null'), [], 'no frame from elsewhere');
  await page.unroute('**/comments/*/body');
  settle();
});

/** A mail of Outlook's, and its answer by Gmail with the history and a signature. */
function foldMails(to) {
  const head = (id, subject, more) => [
    'From: "Fold" <fold@outside.example>', `To: <${to}>`, `Subject: ${subject}`, `Message-ID: <${id}@outside.example>`, ...more,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`, 'MIME-Version: 1.0', 'Content-Type: text/html; charset=utf-8', '', '',
  ].join('\r\n');
  const outlook = '<html><head><style><!--p.MsoNormal{margin:0mm;font-size:10.5pt;color:#123456}--></style></head><body lang=JA><p class=MsoNormal>お世話になっております。</p><p class=MsoNormal>一行目</p></body></html>\r\n';
  const gmail = '<div dir=ltr>金曜日でお願いします。</div><div class=gmail_signature>署名 山田</div><div class=gmail_quote>On Mon, Nov 23, 2026 at 8:02 AM Desk &lt;desk@b.example&gt; wrote:<blockquote class=gmail_quote>'
    + '<p style="color:#123456">納品日をお知らせください。</p>'.repeat(40) + '</blockquote></div>\r\n';
  return [
    head('fold-1', 'hostile fold', []) + outlook,
    head('fold-2', 'Re: hostile fold', ['In-Reply-To: <fold-1@outside.example>', 'References: <fold-1@outside.example>']) + gmail,
  ];
}

test('a reply shows what is new in its own design, and its history is a click away', async () => {
  await sendRaw(stage.smtp, to, [foldMails(to)[1]]);
  await page.goto(`${stage.desk}/tickets?q=hostile+fold`);
  await page.getByRole('link', { name: 'hostile fold' }).first().click();
  // The page is live: the answer comes by itself.
  await page.locator('iframe.mail').nth(1).waitFor();
  const [first, reply] = [page.frameLocator('iframe.mail').first(), page.frameLocator('iframe.mail').nth(1)];
  const line = first.locator('p.MsoNormal').last();
  await line.waitFor();
  const look = await line.evaluate((p) => [getComputedStyle(p).marginTop, getComputedStyle(p).marginBottom, getComputedStyle(p).color]);
  assert.deepEqual(look, ['0px', '0px', 'rgb(18, 52, 86)'], 'the sheet reached the paragraphs');
  await page.locator('iframe.mail').nth(1).scrollIntoViewIfNeeded();
  await reply.getByText('金曜日でお願いします。').waitFor();
  const quoted = reply.getByText('納品日をお知らせください。').first();
  assert.ok(!(await quoted.isVisible()) && !(await reply.getByText('署名 山田').isVisible()), 'history and signature are folded');
  const height = () => page.locator('iframe.mail').nth(1).evaluate((frame) => frame.clientHeight);
  const before = await height();
  assert.ok(before < 200, `${before}`);
  await shot(page, 'fold-closed');
  await reply.getByText(t('quoted-fold')).click();
  await quoted.waitFor();
  await page.waitForFunction((least) => document.querySelectorAll('iframe.mail')[1].clientHeight > least, before + 900);
  assert.ok(await reply.getByText('署名 山田').isVisible());
  await shot(page, 'fold-open');
});

function fileMail(to) {
  const part = (name, type, content) => `--b\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename*=UTF-8''${encodeURIComponent(name)}\r\n\r\n${Buffer.from(content).toString('base64')}\r\n`;
  return `From: <files@outside.example>\r\nTo: <${to}>\r\nSubject: hostile files\r\nMessage-ID: <files@outside.example>\r\nDate: ${new Date().toUTCString().replace('GMT', '+0000')}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n`
    + '--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<table width=1500><tr><td>添付をご確認ください。</td></tr></table>\r\n'
    + part('請求書_2026年11月（確定版）.pdf', 'application/pdf', '%PDF-1.7\n%%EOF')
    + part('請求書.pdf.exe', 'application/pdf', 'MZ\x90\0\x03\0\0\0')
    + part('logo.svg', 'image/png', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
    + part('写真.png', 'application/octet-stream', PICTURE)
    + '--b--\r\n';
}

test('files are told for what they are, keep their Japanese names, and open nothing', async () => {
  await page.goto(`${stage.desk}/tickets?q=hostile+files`);
  await page.getByRole('link', { name: 'hostile files' }).click();
  const file = (name) => page.locator('.files li', { hasText: name });
  await file('請求書.pdf.exe').getByText(t('danger-program')).waitFor();
  await file('請求書.pdf.exe').getByText(t('danger-disguised')).waitFor();
  await file('logo.svg').getByText(t('danger-page')).waitFor();
  assert.equal(await file('確定版').locator('.badge').count(), 0);
  assert.equal(await file('写真.png').locator('img.thumbnail').count(), 1, 'a picture is known by its content');
  assert.equal(await file('logo.svg').locator('img').count(), 0);
  for (const name of ['請求書_2026年11月（確定版）.pdf', 'logo.svg', '請求書.pdf.exe']) {
    const [download] = await Promise.all([page.waitForEvent('download'), file(name).getByRole('link').click()]);
    assert.equal(download.suggestedFilename(), name);
  }
  const address = await file('logo.svg').getByRole('link').getAttribute('href');
  const answer = await page.request.get(stage.desk + address);
  assert.equal(answer.headers()['content-type'], 'application/octet-stream');
  assert.match(answer.headers()['content-security-policy'], /sandbox/);
  assert.equal(answer.headers()['x-content-type-options'], 'nosniff');
  assert.equal((await page.request.get(`${stage.desk}${address}/inline`)).status(), 404, 'no SVG is drawn, whatever it says it is');
  await shot(page, 'hostile-files');
});

test('source and headers are one click away, and a ticket can be printed', async () => {
  await page.goto(`${stage.desk}/tickets?q=hostile+files`);
  await page.getByRole('link', { name: 'hostile files' }).click();
  const ticket = new URL(page.url()).pathname;
  await page.locator('article').getByRole('link', { name: t('source-link'), exact: true }).click();
  await page.locator('table.headers th', { hasText: 'Message-ID' }).first().waitFor();
  assert.match(await page.locator('pre.raw').innerText(), /boundary=/);
  await shot(page, 'hostile-source');
  await page.goto(stage.desk + ticket);
  await page.getByRole('link', { name: t('print-ticket') }).click();
  await page.emulateMedia({ media: 'print' });
  const words = await page.locator('body').innerText();
  assert.ok(words.includes('添付をご確認ください。') && words.includes('確定版'), words);
  assert.ok(!words.includes(t('back-to-ticket').split('{')[0]), 'what is for the screen is not on paper');
  const pdf = await page.pdf({ format: 'A4' });
  assert.ok(pdf.length > 5_000);
  await page.goto(stage.desk + ticket);
  await page.locator('.on-paper', { hasText: '添付をご確認ください。' }).waitFor();
  assert.ok(!(await page.locator('iframe.mail').isVisible()), 'a frame would be cut where a page ends: its words are on paper');
  assert.ok(!(await page.locator('form.answer').isVisible()), 'the ticket itself prints without the form');
  await page.emulateMedia({ media: null });
});
