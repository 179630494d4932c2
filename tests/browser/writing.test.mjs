// How mail is written, in a real browser: which of the chosen files travel in the mail is shown before anything is sent, the template's
// preview follows what is typed, and none of the pages is wider than a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { poll, shot, signIn, signInAtMicrosoft, startBrowser, startSandbox, texts } from './stage.mjs';

let browser;
before(async () => { browser = await startBrowser(); });
after(async () => { await browser?.close(); });

const megabytes = (name, size) => ({ name, mimeType: 'application/zip', buffer: Buffer.alloc(size * 1024 * 1024, 7) });

for (const language of ['en', 'ja']) {
  test(`the template is previewed while it is typed (${language})`, async () => {
    const t = texts(language);
    const stage = await startSandbox();
    try {
      const page = await browser.person(language);
      await signIn(page, stage, t);
      await page.goto(`${stage.desk}/admin/channels/email/template`);
      // The first administrator's browser has told the zone.
      assert.equal(await page.locator('#mail-zone').inputValue(), language === 'ja' ? 'Asia/Tokyo' : 'Europe/London');
      const preview = page.frameLocator('#template-preview');
      await preview.locator('.pd-content').waitFor();
      await shot(page, `${language}-mail-template`);
      await page.locator('#template-html').fill('<p id="mine">MINE</p>{{ content }}');
      await preview.locator('#mine').waitFor();
      await page.locator('#template-html').fill('<p>{{ content</p>');
      await preview.locator('#mine').waitFor({ state: 'detached' });
      await page.locator('#template-save').click();
      await page.locator('#template-problem').waitFor();
      await shot(page, `${language}-mail-template-refused`);
      assert.equal(await page.locator('#template-html').inputValue(), '<p>{{ content</p>', 'what was typed is kept');
      await page.setViewportSize({ width: 400, height: 800 });
      await shot(page, `${language}-mail-template-narrow`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 400), 'nothing is wider than a phone');
    } finally {
      await stage.stop();
    }
  });

  test(`which files travel in the mail is shown before it is sent (${language})`, async () => {
    const t = texts(language);
    const stage = await startSandbox();
    try {
      const page = await browser.person(language);
      await signIn(page, stage, t);
      const [box] = await stage.control('mailboxes');
      await connect(page, stage, t, box);
      const subject = 'Which files';
      await stage.control('outside/send', { from: { name: 'Hana', address: 'hana@outside.example' }, to: [{ address: box.address }], subject, text: 'Please send them.' });
      await page.goto(`${stage.desk}/tickets?view=unsolved`);
      await page.locator('table.tickets').getByRole('link', { name: subject }).click();
      await page.locator('#answer-files').setInputFiles([megabytes('five.zip', 5), megabytes('六.zip', 6), megabytes('four.zip', 4)]);
      const lines = page.locator('#answer-files-list li');
      await poll('three lines', async () => (await lines.count()) === 3);
      const said = await lines.allInnerTexts();
      assert.match(said[0], new RegExp(`five.zip \\(5.0 MB\\)\\s+${t('answer-file-along')}`));
      assert.match(said[1], new RegExp(`六.zip \\(6.0 MB\\)\\s+${t('answer-file-link')}`));
      assert.match(said[2], new RegExp(`four.zip \\(4.0 MB\\)\\s+${t('answer-file-along')}`));
      await page.locator('#answer-text').fill('Here they are.');
      await shot(page, `${language}-answer-files`);
      await page.setViewportSize({ width: 400, height: 800 });
      await shot(page, `${language}-answer-files-narrow`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 400), 'nothing is wider than a phone');
      await page.locator('#answer-submit').click();
      // And so they went.
      const mail = await poll('the answer', async () => {
        const list = await stage.control('outside/hana@outside.example/messages');
        return (list.messages ?? list).find((one) => /Here they are/.test(one.mime ?? '') || /Re: Which files/.test(one.subject ?? ''));
      });
      assert.match(mail.mime, /five\.zip/);
      assert.match(mail.mime, /four\.zip/);
    } finally {
      await stage.stop();
    }
  });
}

/** Connects a mailbox without old mail. */
async function connect(page, stage, t, box) {
  const people = await stage.control('people');
  const person = (people.people ?? people).find((one) => (one.mail ?? one.upn) === box.address);
  await page.goto(`${stage.desk}/admin/channels/email/addresses/connect/exchange`);
  await page.locator('input[name=import][value=yes]').uncheck();
  await page.getByRole('button', { name: t('next'), exact: true }).click();
  await signInAtMicrosoft(page, stage, person);
  await page.getByRole('button', { name: t('done'), exact: true }).click();
  await page.locator('tr', { hasText: box.address }).getByText(t('state-verified')).waitFor();
}
