// The five steps of a newcomer, in a real browser, in both languages: sign in, connect, watch the import, see new mail
// become a ticket without reloading, answer it and get the customer's reply into the same ticket.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ADMIN, poll, shot, signIn, signInAtMicrosoft, startBrowser, startSandbox, texts } from './stage.mjs';

let browser;
before(async () => { browser = await startBrowser(); });
after(async () => { await browser?.close(); });

async function writeAsCustomer(outlook, from, to, subject, text) {
  await outlook.locator('#new-mail').click();
  await outlook.locator('[name=from_name]').fill(from.name);
  await outlook.locator('[name=from_address]').fill(from.address);
  await outlook.locator('[name=to]').fill(to);
  await outlook.locator('[name=subject]').fill(subject);
  await outlook.locator('[name=text]').fill(text);
  await outlook.locator('#compose-form #send').click();
  await outlook.locator('#compose').waitFor({ state: 'hidden' });
}

const languages = [
  { language: 'en', mailbox: 0, subject: 'The blue kettle arrived without its lid', question: 'Could you send me the lid, please?', answer: 'The lid is on its way to you.', thanks: 'Thank you, it has arrived.', customer: { name: 'Mary Holm', address: 'mary.holm@outside.example' } },
  { language: 'ja', mailbox: 1, subject: '【至急】納品書の宛名の訂正について', question: 'お世話になっております。納品書の宛名を訂正していただけますでしょうか。', answer: '納品書を訂正のうえ、本日お送りいたしました。', thanks: '早速のご対応ありがとうございました。', customer: { name: '山田 花子', address: 'hanako.yamada@outside.example' } },
];

for (const { language, mailbox, subject, question, answer, thanks, customer } of languages) {
  test(`a newcomer connects a mailbox and answers a customer (${language})`, async () => {
    const t = texts(language);
    const stage = await startSandbox();
    let page;
    try {
      const people = await stage.control('people');
      const staff = (people.people ?? people).filter((p) => (p.mailbox ?? 'online') === 'online');
      const boxes = await stage.control('mailboxes');
      const inbox = (box) => box.folders.find((f) => f.well_known === 'inbox').total;
      const chosen = [...boxes].sort((a, b) => inbox(b) - inbox(a))[mailbox];
      const person = staff.find((p) => (p.mail ?? p.upn) === chosen.address);
      assert.match(stage.output(), new RegExp(person.upn), 'the first lines on the terminal name the account');
      page = await browser.person(language);

      // 1. Sign in, and the whole way through the Admin Center.
      await page.goto(stage.desk);
      await shot(page, `${language}-1-sign-in`);
      await signIn(page, stage, t);
      await shot(page, `${language}-1-empty`);
      await page.getByRole('link', { name: t('nav-admin'), exact: true }).click();
      await page.getByRole('link', { name: t('email-channel'), exact: true }).first().click();
      await page.getByRole('link', { name: t('manage-addresses'), exact: true }).click();
      await shot(page, `${language}-1-addresses-empty`);
      await page.locator('#add-address summary').click();
      await page.locator('#add-address').getByRole('link', { name: t('connect-external') }).click();
      await page.getByRole('link', { name: t('exchange-connector') }).first().click();

      // 2. Connect with the newest 300, and confirm the account that came back.
      assert.equal(await page.locator('select[name=brand]').count(), 0, 'with one brand the question is not asked');
      assert.ok(await page.locator('input[name=import][value=yes]').isChecked());
      await shot(page, `${language}-2-connect`);
      await page.getByRole('button', { name: t('next'), exact: true }).click();
      await signInAtMicrosoft(page, stage, person);
      await page.getByText(chosen.address).first().waitFor();
      await shot(page, `${language}-2-confirm`);
      await page.getByRole('button', { name: t('done'), exact: true }).click();

      // 3. Verified; progress while the import runs; and nobody heard anything.
      const row = page.locator('tr', { hasText: chosen.address });
      await row.getByText(t('state-verified')).waitFor();
      await shot(page, `${language}-3-importing`);
      await page.locator('progress').waitFor({ state: 'detached', timeout: 60_000 });
      await shot(page, `${language}-3-imported`);
      const sentBefore = (await stage.control(`mailboxes/${chosen.address}/messages?folder=sentitems&top=500`)).total;
      await page.goto(`${stage.desk}/tickets?view=unsolved`);
      assert.ok((await page.locator('table.tickets tbody tr').count()) >= 20, 'imported mails are tickets');
      await shot(page, `${language}-3-tickets`);

      // 4. A new mail, written in the pretend Outlook, is a ticket within two seconds, without reloading.
      const outlook = await page.context().newPage();
      await outlook.goto(`${stage.microsoft}/outlook/`);
      await writeAsCustomer(outlook, customer, chosen.address, subject, question);
      const written = Date.now();
      const link = page.locator('table.tickets').getByRole('link', { name: subject });
      await link.waitFor({ timeout: 5000 });
      const took = Date.now() - written;
      assert.ok(took < 2000, `the ticket was there after ${took} ms`);
      await shot(page, `${language}-4-new-ticket`);
      await poll('the mail is read and categorised', async () => {
        const list = await stage.control(`mailboxes/${chosen.address}/messages?folder=inbox&top=5`);
        const mail = list.messages.find((m) => m.subject === subject);
        return mail?.isRead && mail.categories.includes('Postdesk');
      });
      await outlook.locator('#mailbox').selectOption(chosen.address).catch(() => {});
      await shot(outlook, `${language}-4-outlook`);

      // 5. The agent answers; the customer has it, threaded; the customer's reply lands in the same ticket.
      await link.click();
      await page.locator('#answer-text').fill(answer);
      await shot(page, `${language}-5-answering`);
      await page.locator('#answer-submit').click();
      await page.locator('article', { hasText: answer }).waitFor();
      let received;
      await poll('the customer has the answer', async () => {
        const box = await stage.control(`outside/${customer.address}/messages`);
        received = (box.messages ?? box).find((m) => (m.preview ?? m.text ?? '').includes(answer));
        return received;
      });
      const sent = await stage.control(`mailboxes/${chosen.address}/messages?folder=sentitems&top=50`);
      const copy = sent.messages.find((m) => m.internetMessageId === received.internetMessageId);
      assert.ok(copy, 'the answer lies in Sent Items');
      await page.locator('p.delivery.good, p.delivery.sent, p.delivery').first().waitFor();
      await stage.control('outside/send', {
        from: customer, to: [{ address: chosen.address }], subject: `Re: ${subject}`, text: thanks,
        inReplyTo: received.internetMessageId, references: [received.internetMessageId],
      });
      await page.locator('article', { hasText: thanks }).waitFor({ timeout: 5000 });
      await shot(page, `${language}-5-ticket`);
      assert.equal(await page.locator('article.comment').count(), 3, 'question, answer and thanks stand in one ticket');

      // Nothing was sent to the customers of imported mail: only to the one who wrote now, to the
      // desk's own agents, and to the mailbox itself, by which a new address proves itself.
      const now = await stage.control(`mailboxes/${chosen.address}/messages?folder=sentitems&top=500`);
      const fresh = now.messages.slice(0, now.total - sentBefore);
      const others = fresh.flatMap((m) => m.to).map((to) => to.address ?? to).filter((a) => ![customer.address, ADMIN.email, chosen.address].includes(a));
      assert.deepEqual(others, []);

      // Narrow windows and the other pages are looked at by people; here they must at least not complain.
      for (const [name, path] of [['mail-log', '/admin/channels/email/mail-log'], ['suspended', '/suspended'], ['addresses', '/admin/channels/email/addresses']]) {
        await page.goto(stage.desk + path);
        await shot(page, `${language}-6-${name}`);
      }
      await page.setViewportSize({ width: 400, height: 800 });
      await page.goto(`${stage.desk}/tickets?view=unsolved`);
      await shot(page, `${language}-7-narrow-tickets`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `the narrow list is ${overflow} px too wide`);
      assert.deepEqual(page.complaints, [], 'no script error and no violated Content-Security-Policy');
    } catch (error) {
      if (page) await shot(page, `${language}-failed`).catch(() => {});
      error.message += `\n--- at ${page?.url()}\n${(await page?.locator('main').innerText().catch(() => ''))?.slice(0, 1500)}`;
      error.message += `\n--- the sandbox said:\n${stage.output().slice(-3000)}`;
      throw error;
    } finally {
      await stage.stop();
    }
  });
}
